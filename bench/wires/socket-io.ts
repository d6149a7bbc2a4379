import { ID, ID_DIGITS, readDigits } from '../load/message.ts';
import type { AckedWire } from './wire.ts';

export const SOCKET_IO_PATH = '/socket.io/?EIO=4&transport=websocket';
const CONNECT = { say: '40', until: '40{' };
const ACK = Buffer.from('43');

/**
 * Socket.IO 5 on Engine.IO 4 (https://socket.io/docs/v4/socket-io-protocol). `join`, `publish` and `publication` are
 * events of our own server, `targets/servers/socket-io.mjs`.
 */
export const socketIoWire: AckedWire = {
  subscriber: (channel) => ({
    path: SOCKET_IO_PATH,
    steps: [CONNECT, { say: `421["join","${channel}"]`, until: '431[' }],
  }),
  publisher: () => ({ path: SOCKET_IO_PATH, steps: [CONNECT] }),
  publication: (channel, payload) => `42${ID}["publish","${channel}",${payload}]`,
  keepAlive: (text) => (text === '2' ? '3' : null),
  acks: (buffer, start, end, onAck) => {
    const isAck = buffer[start] === ACK[0] && buffer[start + 1] === ACK[1];
    if (isAck && end - start >= ACK.length + ID_DIGITS) onAck(readDigits(buffer, start + ACK.length, ID_DIGITS), true);
  },
};

/** The same on Banyan, where the events of channels are its own. */
export const banyanSocketIoWire: AckedWire = {
  ...socketIoWire,
  subscriber: (channel) => ({
    path: SOCKET_IO_PATH,
    steps: [CONNECT, { say: `421["subscribe","${channel}"]`, until: '431[' }],
  }),
};
