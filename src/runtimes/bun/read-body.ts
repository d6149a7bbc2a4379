import { ClientError } from '../../core/errors.ts';

/**
 * The request's body. Throws `ClientError`: `tooLarge` past `limit` bytes, counted while they come in, `badRequest`
 * when it breaks off.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length')) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels what has not been read.
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    // Clients come and go; that is no error of the server's.
    throw error instanceof ClientError ? error : new ClientError('badRequest', { message: BROKEN_OFF, cause: error });
  }
  return Buffer.concat(chunks);
}

const BROKEN_OFF = 'the body broke off';

function tooLarge(limit: number): ClientError {
  return new ClientError('tooLarge', { message: `the body may have at most ${limit} bytes` });
}
