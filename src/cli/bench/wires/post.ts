import { ANSWER_MS, statusError, WireError } from './wire.ts';

/** Sends, and waits for the whole answer. Rejects with `WireError`. */
export async function post(to: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(to, { method: 'POST', body, headers, signal }).catch((error: Error) => {
    if (error.name === 'TimeoutError') throw new WireError('timeout', 'no answer');
    throw new WireError('unreachable', 'no connection');
  });
  await response.arrayBuffer();
  if (!response.ok) throw statusError(response.status);
}
