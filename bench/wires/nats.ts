import type { Wire } from './wire.ts';

const CONNECT = { say: 'CONNECT {"verbose":false}\r\nPING\r\n', until: 'PONG' };

/** NATS' client protocol in WebSocket frames (https://docs.nats.io/reference/reference-protocols/nats-protocol). */
export const natsWire: Wire = {
  subscriber: (channel) => ({ path: '/', steps: [CONNECT, { say: `SUB ${channel} 1\r\nPING\r\n`, until: 'PONG' }] }),
  publisher: () => ({ path: '/', steps: [CONNECT] }),
  publication: (channel, payload) => `PUB ${channel} ${payload.length}\r\n${payload}\r\n`,
  keepAlive: (text) => (text.startsWith('PING') ? 'PONG\r\n' : null),
};
