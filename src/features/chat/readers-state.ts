import type { Reader } from '../../contracts/chat/contract.ts';
import type { LiveEvent } from '../../contracts/chat/events.ts';
import type { RoomPublication } from './state.ts';

/** The read offset of each other member of a room, by person. */
export type Readers = ReadonlyMap<string, Reader>;

/** Whether they have read the message at this offset: messages from before they joined do not count (CH5). */
export function hasRead({ joinedOffset, offset }: Reader, message: number): boolean {
  return joinedOffset < message && message <= offset;
}

/** Merges a response of `chat.readers`, which may be older than the current state. */
export function addReaders(readers: Readers, answer: readonly Reader[]): Readers {
  const merged = new Map(readers);
  for (const reader of answer) {
    const known = merged.get(reader.user);
    const isNewer = known === undefined || known.joinedOffset < reader.joinedOffset || known.offset < reader.offset;
    if (isNewer) merged.set(reader.user, reader);
  }
  return merged;
}

/** Applies a read event; undefined for an unknown member: call `chat.readers`. */
export function applyToReaders(
  readers: Readers,
  { user, offset }: Extract<LiveEvent, { type: 'read' }>,
): Readers | undefined {
  const known = readers.get(user);
  if (known === undefined) return undefined;
  return known.offset >= offset ? readers : new Map(readers).set(user, { ...known, offset });
}

/** Applies one of the room's publications: members join and leave. `me` is the viewer. */
export function applyMembersToReaders(readers: Readers, { offset, event }: RoomPublication, me: string): Readers {
  switch (event.type) {
    case 'joined': {
      const others = event.users.filter((user) => user !== me);
      return addReaders(
        readers,
        others.map((user) => ({ user, joinedOffset: offset, offset })),
      );
    }
    case 'left':
    case 'removed':
      return new Map([...readers].filter(([user, { joinedOffset }]) => user !== event.user || joinedOffset > offset));
    default:
      return readers;
  }
}
