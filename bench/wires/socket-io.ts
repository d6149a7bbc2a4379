import { ID } from '../load/message.ts';
import type { Wire } from './wire.ts';

const PATH = '/socket.io/?EIO=4&transport=websocket';
const CONNECT = { say: '40', until: '40{' };

/**
 * Socket.IO 5 on Engine.IO 4 (https://socket.io/docs/v4/socket-io-protocol). `join`, `publish` and `publication` are
 * events of our own server, `targets/servers/socket-io.mjs`.
 */
export const socketIoWire: Wire = {
  subscriber: (channel) => ({
    path: PATH,
    steps: [CONNECT, { say: `421["join","${channel}"]`, until: '431[' }],
  }),
  publisher: () => ({ path: PATH, steps: [CONNECT] }),
  publication: (channel, payload) => `42${ID}["publish","${channel}",${payload}]`,
  keepAlive: (text) => (text === '2' ? '3' : null),
};
