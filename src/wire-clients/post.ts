import { ANSWER_MS, statusError, WireError } from './wire-client.ts';

/** Sends a request and waits for the complete response. Rejects with `WireError`. */
export async function post(to: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const response = await fetch(to, { method: 'POST', body, headers, signal });
    await response.arrayBuffer();
    if (!response.ok) throw statusError(response.status);
  } catch (error) {
    if (error instanceof WireError) throw error;
    const isLate = (error as Error).name === 'TimeoutError';
    throw isLate ? new WireError('timeout', 'no answer') : new WireError('unreachable', 'no connection');
  }
}
