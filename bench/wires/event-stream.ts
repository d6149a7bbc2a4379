import { centrifugeWire } from './centrifuge.ts';
import type { Wire } from './wire.ts';

/** Subscribers by plain HTTP, who hear server-sent events. The publisher speaks Centrifuge: what is compared is the fan-out. */
export const eventStreamWire: Wire = {
  ...centrifugeWire,
  subscriber: (channel) => ({
    path: `/sse?channel=${encodeURIComponent(channel)}`,
    steps: [],
    events: 'event: subscribed',
  }),
};
