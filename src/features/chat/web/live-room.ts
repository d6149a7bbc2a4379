import type { Client } from '../../../../client/client.ts';
import type { ChannelData } from '../../../../client/contract.ts';
import { LIMIT_EXCEEDED } from '../../../../client/errors.ts';
import { createObservable, type Observable, type Unlisten } from '../../../../client/listeners.ts';
import type { ChannelListeners } from '../../../../client/subscriptions.ts';
import { type LiveEvent, liveChannel } from '../../../contracts/chat/events.ts';
import { RECEIPTS_LIMIT } from '../../../contracts/chat/limits.ts';
import { addReaders, applyMembersToReaders, applyToReaders, type Readers } from '../readers-state.ts';
import type { RoomPublication } from '../state.ts';

export type LiveRoom = {
  /** Who is typing now, without the caller. */
  readonly typing: Observable<readonly string[]>;
  /** What each other member has read; empty in rooms too large for receipts. */
  readonly readers: Observable<Readers>;
  /** The caller is typing; notifies the others, at a limited rate. */
  type(): void;
  /** The caller has sent their text. */
  stopTyping(): void;
  /** Subscribes until the returned function is called; the same room can be opened again after that. */
  open(): Unlisten;
};

const TYPING_MS = 5_000;
const TELL_EVERY_MS = 3_000;
const RETRY_MS = 2_000;

/** State needed only while a room is open: typing and read receipts. Empty until it is opened. */
export function createLiveRoom(client: Client, me: string, room: { id: string; memberCount: number }): LiveRoom {
  const typing = createObservable<readonly string[]>([]);
  const readers = createObservable<Readers>(new Map());
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
  const loadReaders = async () => {
    if (room.memberCount > RECEIPTS_LIMIT) return;
    const answer = await client.call('chat.readers', { room: room.id }).catch(() => undefined);
    if (answer !== undefined) readers.set(addReaders(readers.get(), answer.readers));
  };
  const showRead = (event: Extract<LiveEvent, { type: 'read' }>) => {
    if (event.user === me) return;
    const read = applyToReaders(readers.get(), event);
    if (read === undefined) void loadReaders();
    else if (read !== readers.get()) readers.set(read);
  };
  const showMembers = (publication: RoomPublication) => {
    const after = applyMembersToReaders(readers.get(), publication, me);
    if (after !== readers.get()) readers.set(after);
  };
  const open = () => {
    const stop = subscribePersistently(client, liveChannel(room.id), {
      publication: ({ data }) => (data.type === 'typing' ? showTyping(data.user) : showRead(data)),
      // This channel has no history, so missed changes are requested each time.
      subscribed: () => void loadReaders(),
    });
    const stopMessages = client.onPublication(`room:${room.id}`, ({ offset, data }) => {
      if (data.type === 'message') stopShowing(data.sender);
      if (offset !== undefined) showMembers({ offset, event: data });
    });
    return () => {
      stop();
      stopMessages();
      for (const user of [...timers.keys()]) stopShowing(user);
    };
  };
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
    open,
  };
}

/** Subscribes, and retries as long as the connection has no room for one more channel. */
function subscribePersistently<Channel extends string>(
  client: Client,
  channel: Channel,
  listeners: ChannelListeners<ChannelData<Channel>>,
): Unlisten {
  let timer: ReturnType<typeof setTimeout>;
  let stop: Unlisten;
  const start = () => {
    stop = client.subscribe(channel, {
      ...listeners,
      unsubscribed: ({ code }) => {
        if (code === LIMIT_EXCEEDED) timer = setTimeout(start, RETRY_MS);
      },
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    stop();
  };
}
