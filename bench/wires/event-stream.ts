import { eventsPath } from '../../src/wire-clients/plain-http.ts';
import { centrifugeWire } from './centrifuge.ts';
import type { Wire } from './wire.ts';

/** Subscribers to server-sent events. The publisher uses Centrifuge, as only the fan-out is compared. */
export const eventStreamWire: Wire = {
  ...centrifugeWire,
  subscriber: (channel) => ({ path: eventsPath(channel), steps: [], events: 'event: subscribed' }),
};
