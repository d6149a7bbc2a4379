import { ClientError } from '../../core/errors.ts';
import { readBody } from './read-body.ts';

/** Largest body of an operation, in bytes. */
export const BODY_LIMIT = 1_048_576;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The request's JSON body; an empty one counts as `{}`.
 *
 * Throws `ClientError`: `badRequest` for another content type or a body that breaks off, `tooLarge` above `BODY_LIMIT`
 * (counted as it arrives), `invalidInput` for invalid JSON.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('Content-Type');
  if (type !== null && !JSON_TYPE.test(type)) throw new ClientError('badRequest', { message: WRONG_TYPE });
  const bytes = await readBody(request, BODY_LIMIT);
  if (bytes.length === 0) return {};
  if (type === null) throw new ClientError('badRequest', { message: WRONG_TYPE });
  return parse(bytes);
}

const WRONG_TYPE = 'the content type must be application/json';

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ClientError('invalidInput', { message: 'the body is not valid JSON in UTF-8', cause });
  }
}
