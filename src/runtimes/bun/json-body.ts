import { ClientError } from '../../core/errors.ts';

/** Largest body of an operation, in bytes. */
export const BODY_LIMIT = 1_048_576;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The request's JSON body; an empty one stands for `{}`.
 *
 * Throws `ClientError`: `badRequest` when it is sent as something else than JSON or breaks off, `tooLarge` past
 * `BODY_LIMIT` (counted while it comes in), `invalidInput` when it cannot be parsed.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('Content-Type');
  if (type !== null && !JSON_TYPE.test(type)) throw new ClientError('badRequest', { message: WRONG_TYPE });
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  if (type === null) throw new ClientError('badRequest', { message: WRONG_TYPE });
  return parse(bytes);
}

const WRONG_TYPE = 'the content type must be application/json';

async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length')) > BODY_LIMIT) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels what has not been read.
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > BODY_LIMIT) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    // Clients come and go; that is no error of the server's.
    throw error instanceof ClientError ? error : new ClientError('badRequest', { message: BROKEN_OFF, cause: error });
  }
  return Buffer.concat(chunks);
}

const BROKEN_OFF = 'the body broke off';

function tooLarge(): ClientError {
  return new ClientError('tooLarge', { message: `the body may have at most ${BODY_LIMIT} bytes` });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ClientError('invalidInput', { message: 'the body is not valid JSON in UTF-8', cause });
  }
}
