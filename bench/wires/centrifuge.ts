import { ID } from '../load/message.ts';
import type { Wire } from './wire.ts';

const PATH = '/connection/websocket';
const CONNECT = { say: '{"id":1,"connect":{}}', until: '"connect"' };

/** Centrifuge's client protocol in JSON (https://centrifugal.dev/docs/transports/client_protocol). */
export const centrifugeWire: Wire = {
  subscriber: (channel) => ({
    path: PATH,
    steps: [CONNECT, { say: `{"id":2,"subscribe":{"channel":"${channel}"}}`, until: '"subscribe"' }],
  }),
  publisher: () => ({ path: PATH, steps: [CONNECT] }),
  publication: (channel, payload) => `{"id":${ID},"publish":{"channel":"${channel}","data":${payload}}}`,
  keepAlive: (text) => (text.trim() === '{}' ? '{}' : null),
};
