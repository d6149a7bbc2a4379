import { commandsOf, refusalOf } from './beginning.ts';
import { EventStream, eventStreams, refusalStream } from './event-stream.ts';
import { Poll, polls } from './poll.ts';
import { publish } from './publish.ts';
import { history, presence } from './reads.ts';
import { readChannelRequest, readHistoryRequest, readPolling, readPublishing, readStreaming } from './requests.ts';

/** Plain HTTP, for clients that have nothing but `curl`: everything a runtime needs of it. */
export const plain = {
  protocols: [eventStreams, polls],
  readStreaming,
  readPolling,
  readPublishing,
  readRemembering: readHistoryRequest,
  readLooking: readChannelRequest,
  commandsOf,
  refusalOf,
  EventStream,
  turnedAway: refusalStream,
  Poll,
  publish,
  history,
  presence,
} as const;
