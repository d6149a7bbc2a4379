import type { Client } from '../../../../client/client.ts';
import { createObservable, type Observable } from '../../../../client/listeners.ts';
import { liveChannel } from '../events.ts';
import { RECEIPTS_LIMIT } from '../limits.ts';

export type LiveRoom = {
  /** Who is typing now, the caller not among them. */
  readonly typing: Observable<readonly string[]>;
  /** How far each other member has read; empty in rooms too large for receipts. */
  readonly readers: Observable<ReadonlyMap<string, number>>;
  /** The caller is typing; tells the others, not too often. */
  type(): void;
  /** The caller has sent what they typed. */
  stopTyping(): void;
  close(): void;
};

const TYPING_MS = 5_000;
const TELL_EVERY_MS = 3_000;

/** What is of interest only while a room is open: who types, who has read. */
export function openLiveRoom(client: Client, me: string, room: { id: string; memberCount: number }): LiveRoom {
  const typing = createObservable<readonly string[]>([]);
  const readers = createObservable<ReadonlyMap<string, number>>(new Map());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const stopShowing = (user: string) => {
    clearTimeout(timers.get(user));
    if (timers.delete(user)) typing.set([...timers.keys()]);
  };
  const showTyping = (user: string) => {
    if (user === me) return;
    clearTimeout(timers.get(user));
    timers.set(
      user,
      setTimeout(() => stopShowing(user), TYPING_MS),
    );
    typing.set([...timers.keys()]);
  };
  const showRead = (user: string, offset: number) => {
    if (user === me || (readers.get().get(user) ?? 0) >= offset) return;
    readers.set(new Map(readers.get()).set(user, offset));
  };
  const loadReaders = async () => {
    if (room.memberCount > RECEIPTS_LIMIT) return;
    const answer = await client.call('chat.readers', { room: room.id }).catch(() => undefined);
    for (const { user, offset } of answer?.readers ?? []) showRead(user, offset);
  };
  const stop = client.subscribe(liveChannel(room.id), {
    publication: ({ data }) => (data.type === 'typing' ? showTyping(data.user) : showRead(data.user, data.offset)),
    // This channel keeps nothing, so what was missed is asked for each time.
    subscribed: () => void loadReaders(),
  });
  const stopMessages = client.onPublication(`room:${room.id}`, ({ data }) => {
    if (data.type === 'message') stopShowing(data.sender);
  });
  let toldAt = 0;
  return {
    typing,
    readers,
    type: () => {
      if (Date.now() - toldAt < TELL_EVERY_MS || client.connection.get().kind !== 'connected') return;
      toldAt = Date.now();
      client.call('chat.typing', { room: room.id }).catch(() => undefined);
    },
    stopTyping: () => {
      toldAt = 0;
    },
    close: () => {
      stop();
      stopMessages();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
