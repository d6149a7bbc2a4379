import type { Wire } from './wire.ts';

/** No protocol: what one client sends on `/publish`, every client on `/subscribe` receives. For bare servers. */
export const plainWire: Wire = {
  subscriber: () => ({ path: '/subscribe', steps: [] }),
  publisher: () => ({ path: '/publish', steps: [] }),
  publication: (_, payload) => payload,
  keepAlive: () => null,
};
