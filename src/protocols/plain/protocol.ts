import { commandsOf, refusalOf } from './beginning.ts';
import { EventStream, eventStreams } from './event-stream.ts';
import { Poll, polls } from './poll.ts';
import { publish } from './publish.ts';
import { readPolling, readPublishing, readStreaming } from './requests.ts';

/** Plain HTTP, for whoever has nothing but `curl`: everything about it that a runtime needs. */
export const plain = {
  protocols: [eventStreams, polls],
  readStreaming,
  readPolling,
  readPublishing,
  commandsOf,
  refusalOf,
  EventStream,
  Poll,
  publish,
} as const;
