import { ClientError } from '../../core/errors.ts';

/** The request's body. Throws `ClientError` `tooLarge` past `limit` bytes, counted while they come in. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length')) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels what has not been read.
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): ClientError {
  return new ClientError('tooLarge', { message: `the body may have at most ${limit} bytes` });
}
