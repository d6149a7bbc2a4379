import { channelAuth, clientEventText, pusherCodec, socketIdIn, subscribeText } from '../../src/wire-clients/pusher.ts';
import { centrifugeWire } from './centrifuge.ts';
import type { Role, Wire } from './wire.ts';

/** The servers' app. */
export const PUSHER_KEY = 'bench';
export const PUSHER_SECRET = 'nothing here is secret';
const { path, pong } = pusherCodec(PUSHER_KEY);
const PRIVATE = 'private-bench';
const PING = '{"event":"pusher:ping"';
const SUBSCRIBED = 'subscription_succeeded';

/** Subscribers of the Pusher protocol. The publisher uses Centrifuge, as only the fan-out is compared. */
export const pusherWire: Wire = {
  ...centrifugeWire,
  // The app's channels are those of the namespace, without its name.
  subscriber: (channel) => ({
    path,
    steps: [{ say: subscribeText(channel.slice(channel.indexOf(':') + 1)), until: SUBSCRIBED }],
  }),
  keepAlive: (text) => (text.startsWith(PING) ? pong : centrifugeWire.keepAlive(text)),
};

/**
 * All clients use Pusher: the publisher sends client events, which are allowed in private channels. So the same clients
 * work with any server of that protocol. All are in one channel, whatever its name elsewhere.
 */
export const pusherClientsWire: Wire = {
  subscriber: () => inPrivateChannel(),
  publisher: () => inPrivateChannel(),
  publication: (_, payload) => clientEventText('client-bench', PRIVATE, payload),
  keepAlive: (text) => (text.startsWith(PING) ? pong : null),
};

function inPrivateChannel(): Role {
  const subscribe = (greeting: string) =>
    subscribeText(PRIVATE, channelAuth({ key: PUSHER_KEY, secret: PUSHER_SECRET }, socketIdIn(greeting), PRIVATE));
  return { path, greeting: 'connection_established', steps: [{ say: subscribe, until: SUBSCRIBED }] };
}
