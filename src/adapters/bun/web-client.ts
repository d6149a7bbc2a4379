import type { WebClient } from '../../ports/web-client.ts';

const TIMEOUT_MS = 10_000;

export const webClient: WebClient = {
  post: async ({ url, headers, body }) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status;
  },
};
