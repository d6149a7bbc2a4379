import { createHmac } from 'node:crypto';
import { centrifugeWire } from './centrifuge.ts';
import type { Role, Wire } from './wire.ts';

/** The app that the servers have. */
export const PUSHER_KEY = 'bench';
export const PUSHER_SECRET = 'nothing here is secret';
const PRIVATE = 'private-bench';
const PING = '{"event":"pusher:ping"';
const PONG = '{"event":"pusher:pong","data":{}}';

/**
 * Subscribers of the Pusher protocol. Its clients publish by their backends, so the publisher speaks Centrifuge: what is
 * compared is the fan-out.
 */
export const pusherWire: Wire = {
  ...centrifugeWire,
  subscriber: (channel) => {
    // The app's channels are those of the namespace, without its name.
    const data = JSON.stringify({ channel: channel.slice(channel.indexOf(':') + 1) });
    const subscribe = { say: `{"event":"pusher:subscribe","data":${data}}`, until: 'subscription_succeeded' };
    return { path: `/app/${PUSHER_KEY}?protocol=7`, steps: [subscribe] };
  },
  keepAlive: (text) => (text.startsWith(PING) ? PONG : centrifugeWire.keepAlive(text)),
};

/**
 * Everybody speaks Pusher: the publisher sends client events, which clients may in private channels. So the same clients say
 * the same to any server of that protocol. All of them are in one channel, whatever it is called elsewhere.
 */
export const pusherClientsWire: Wire = {
  subscriber: () => inPrivateChannel(),
  publisher: () => inPrivateChannel(),
  publication: (_, payload) => `{"event":"client-bench","channel":"${PRIVATE}","data":${payload}}`,
  keepAlive: (text) => (text.startsWith(PING) ? PONG : null),
};

function inPrivateChannel(): Role {
  const subscribe = (greeting: string) => {
    const socketId = /\d+\.\d+/.exec(greeting)?.[0] ?? '';
    const signature = createHmac('sha256', PUSHER_SECRET).update(`${socketId}:${PRIVATE}`).digest('hex');
    const data = { channel: PRIVATE, auth: `${PUSHER_KEY}:${signature}` };
    return JSON.stringify({ event: 'pusher:subscribe', data });
  };
  return {
    path: `/app/${PUSHER_KEY}?protocol=7`,
    greeting: 'connection_established',
    steps: [{ say: subscribe, until: 'subscription_succeeded' }],
  };
}
