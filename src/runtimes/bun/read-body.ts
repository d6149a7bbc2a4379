import { ClientError } from '../../core/errors.ts';
import { refuseEncodedBody } from './content-encoding.ts';
import { bodyEnded } from './unread-body.ts';

/** How long a body may take, even if it makes progress. */
const DEADLINE_MS = 30_000;

/**
 * The request's body. Throws `ClientError`: `tooLarge` above `limit` bytes, counted as they arrive, `badRequest` if it
 * breaks off or takes longer than 30 s, `unsupportedEncoding` if it is compressed.
 */
export async function readBody(request: Request, limit: number, deadlineMs = DEADLINE_MS): Promise<Uint8Array> {
  refuseEncodedBody(request);
  if (Number(request.headers.get('Content-Length')) > limit) throw tooLarge(limit);
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const deadline = AbortSignal.timeout(deadlineMs);
  const giveUp = () => void reader.cancel().catch(() => undefined);
  deadline.addEventListener('abort', giveUp);
  try {
    const bytes = await readAll(reader, limit);
    if (deadline.aborted) throw new ClientError('badRequest', { message: 'the body took too long' });
    bodyEnded(request);
    return bytes;
  } catch (error) {
    // Clients disconnect all the time; that is not a server error.
    throw error instanceof ClientError ? error : new ClientError('badRequest', { message: BROKEN_OFF, cause: error });
  } finally {
    deadline.removeEventListener('abort', giveUp);
  }
}

const BROKEN_OFF = 'the body broke off';

async function readAll(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); part.value !== undefined; part = await reader.read()) {
    length += part.value.length;
    if (length > limit) {
      await reader.cancel();
      throw tooLarge(limit);
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): ClientError {
  return new ClientError('tooLarge', { message: `the body may have at most ${limit} bytes` });
}
