import { CONNECT_ID } from '../../src/wire-clients/codec.ts';
import { eventPacket, SOCKET_IO } from '../../src/wire-clients/socket-io.ts';
import { FIRST_ID, ID_DIGITS, readDigits } from '../load/message.ts';
import type { AckedWire } from './wire.ts';

const { path, pong, encode } = SOCKET_IO;
const CONNECT = { say: encode(CONNECT_ID, { kind: 'connect' }), until: '40{' };
const PING = '2';
const ACK = Buffer.from('43');

const entering = (channel: string, event: string) => ({
  path,
  steps: [CONNECT, { say: eventPacket(1, event, [JSON.stringify(channel)]), until: '431[' }],
});

/** Socket.IO. `join`, `publish` and `publication` are events of our own server, `targets/servers/socket-io.mjs`. */
export const socketIoWire: AckedWire = {
  subscriber: (channel) => entering(channel, 'join'),
  publisher: () => ({ path, steps: [CONNECT] }),
  publication: (channel, json) => encode(FIRST_ID, { kind: 'publish', channel, json }),
  keepAlive: (text) => (text === PING ? pong : null),
  acks: (buffer, start, end, onAck) => {
    const isAck = buffer[start] === ACK[0] && buffer[start + 1] === ACK[1];
    if (isAck && end - start >= ACK.length + ID_DIGITS) onAck(readDigits(buffer, start + ACK.length, ID_DIGITS), true);
  },
};

/** The same on Banyan, which has its own events. */
export const banyanSocketIoWire: AckedWire = {
  ...socketIoWire,
  subscriber: (channel) => entering(channel, 'subscribe'),
};
