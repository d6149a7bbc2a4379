import type { Client } from '../../../../client/client.ts';
import { type BrowserOutbox, openBrowserOutbox } from './browser-outbox.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { createReadMarker, type ReadMarker } from './read-marker.ts';
import { RoomListStore } from './room-list.ts';
import { TimelineStore } from './timeline-store.ts';

/**
 * A signed-in person's chat on this page: its stores, and the single place that applies the connection's events to
 * them.
 */
export type ChatSession = {
  readonly client: Client;
  readonly me: string;
  readonly rooms: RoomListStore;
  /** Created on first use. */
  outbox(): Promise<BrowserOutbox>;
  /** Starts to load and follow the person's rooms; does nothing the second time. */
  start(): void;
  readonly drafts: Drafts;
  /** The room's timeline, kept up to date from then on; the last few rooms stay as they were. */
  timeline(room: string): TimelineStore;
  /** Everything up to the offset has been seen. */
  readonly markRead: ReadMarker['mark'];
};

const TIMELINES_KEPT = 8;
const sessions = new WeakMap<Client, ChatSession>();

/**
 * The same session for the same client, however often screens open and close; it ends with the sign-in. Creating it has
 * no effects: `start` has.
 */
export function chatSessionOf(client: Client, me: string, signedOut: AbortSignal): ChatSession {
  const known = sessions.get(client);
  if (known !== undefined) return known;
  const session = createSession(client, me, signedOut);
  sessions.set(client, session);
  return session;
}

function createSession(client: Client, me: string, signedOut: AbortSignal): ChatSession {
  const rooms = new RoomListStore(client, me);
  const timelines = new Map<string, TimelineStore>();
  const marker = createReadMarker({ client, rooms });
  let isStarted = false;
  let outbox: Promise<BrowserOutbox> | undefined;
  return {
    client,
    me,
    rooms,
    outbox: () => {
      outbox ??= openBrowserOutbox(client, me);
      return outbox;
    },
    start: () => {
      if (isStarted) return;
      isStarted = true;
      feed(client, { rooms, timelines, marker });
      // Again after each connect: by then the server has subscribed its rooms, so nothing is missed in between.
      void rooms.load();
      signedOut.addEventListener('abort', () => {
        marker.close();
        void outbox?.then(({ close }) => close());
      });
    },
    drafts: createDrafts(me, localStorage),
    timeline: (room) => timelineOf(timelines, room, client),
    markRead: marker.mark,
  };
}

type Fed = {
  readonly rooms: RoomListStore;
  readonly timelines: ReadonlyMap<string, TimelineStore>;
  readonly marker: ReadMarker;
};

function feed(client: Client, { rooms, timelines, marker }: Fed): void {
  client.onPublication('room:', ({ channel, offset, data }) => {
    if (offset === undefined) return;
    const room = channel.slice('room:'.length);
    rooms.apply(room, { offset, event: data });
    timelines.get(room)?.apply({ offset, event: data });
  });
  client.onSubscribed('room:', ({ channel, wasRecovering, recovered, position }) => {
    if (position === undefined || (wasRecovering && recovered)) return;
    const room = channel.slice('room:'.length);
    const known = rooms.get(room);
    // Missed events are no longer available: read the state instead.
    if (wasRecovering || (known !== undefined && known.top < position.offset)) void rooms.missed(room);
    timelines.get(room)?.continueAfter(position.offset, wasRecovering);
  });
  client.connection.subscribe(({ kind }) => {
    if (kind !== 'connected') return;
    rooms.retryFailed();
    marker.retryFailed();
    for (const timeline of timelines.values()) void timeline.retryFailed();
  });
  client.onPublication('user:', ({ data }) => rooms.applyOwn(data));
  client.onSubscribed('user:', ({ wasRecovering, recovered }) => {
    if (!wasRecovering || !recovered) void rooms.load();
  });
}

function timelineOf(timelines: Map<string, TimelineStore>, room: string, client: Client): TimelineStore {
  const known = timelines.get(room);
  const timeline = known ?? new TimelineStore(room, client);
  // Makes it the most recent; the oldest is dropped.
  timelines.delete(room);
  timelines.set(room, timeline);
  const [oldest] = timelines.keys();
  if (timelines.size > TIMELINES_KEPT && oldest !== undefined) timelines.delete(oldest);
  return timeline;
}
