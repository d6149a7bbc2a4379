import { centrifugeWire } from './centrifuge.ts';
import type { Wire } from './wire.ts';

/** The key of the app in `targets/banyan.ts`. */
export const PUSHER_KEY = 'bench';
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
