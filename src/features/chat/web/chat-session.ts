import type { Client } from '../../../../client/client.ts';
import { type BrowserOutbox, openBrowserOutbox } from './browser-outbox.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { RoomListStore } from './room-list.ts';
import { TimelineStore } from './timeline-store.ts';

/** A signed-in person's chat on this page: its stores, and the one place that feeds them from the connection. */
export type ChatSession = {
  readonly client: Client;
  readonly me: string;
  readonly rooms: RoomListStore;
  readonly outbox: Promise<BrowserOutbox>;
  readonly drafts: Drafts;
  /** The room's timeline, kept up to date from then on; the last few rooms stay as they were left. */
  timeline(room: string): TimelineStore;
  /** Everything up to the offset has been seen. */
  markRead(room: string, offset: number): void;
};

const TIMELINES_KEPT = 8;
const sessions = new WeakMap<Client, ChatSession>();

/** The same session for the same client, however often a screen comes and goes; it ends with the sign-in. */
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
  feed(client, rooms, timelines);
  // Once more when the connection comes up: by then the server has put it into its rooms, so nothing falls between.
  void rooms.load();
  const outbox = openBrowserOutbox(client, me);
  signedOut.addEventListener('abort', () => void outbox.then(({ close }) => close()));
  return {
    client,
    me,
    rooms,
    outbox,
    drafts: createDrafts(me, localStorage),
    timeline: (room) => timelineOf(timelines, room, client),
    markRead: createReadMarker(client, rooms),
  };
}

function feed(client: Client, rooms: RoomListStore, timelines: Map<string, TimelineStore>): void {
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
    // What was missed is no longer sent one by one: read the state instead.
    if (wasRecovering || (known !== undefined && known.top < position.offset)) void rooms.missed(room);
    timelines.get(room)?.continueAfter(position.offset, wasRecovering);
  });
  client.connection.subscribe(({ kind }) => {
    if (kind !== 'connected') return;
    rooms.retryFailed();
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
  // Moves to the young end; the oldest goes.
  timelines.delete(room);
  timelines.set(room, timeline);
  const [oldest] = timelines.keys();
  if (timelines.size > TIMELINES_KEPT && oldest !== undefined) timelines.delete(oldest);
  return timeline;
}

/** Read marks only go forward; of many in a row the last one is sent. */
function createReadMarker(client: Client, rooms: RoomListStore): ChatSession['markRead'] {
  const wanted = new Map<string, number>();
  const sending = new Set<string>();
  const send = async (room: string): Promise<void> => {
    sending.add(room);
    for (let offset = wanted.get(room); offset !== undefined; offset = wanted.get(room)) {
      wanted.delete(room);
      const answer = await client.call('chat.read', { room, offset }).catch(() => undefined);
      if (answer !== undefined) rooms.read(room, { offset: answer.readOffset, ...answer });
    }
    sending.delete(room);
  };
  return (room, offset) => {
    const known = rooms.get(room);
    if (known === undefined || known.readOffset >= offset || (wanted.get(room) ?? 0) >= offset) return;
    wanted.set(room, offset);
    if (!sending.has(room)) void send(room);
  };
}
