import type { chatContract, HistoryPage } from '../../contracts/chat/contract.ts';
import { RECEIPTS_LIMIT } from '../../contracts/chat/limits.ts';
import type { Input } from '../../contracts/operation.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Parts } from './parts.ts';
import type { TimelineRange } from './timeline-query.ts';

type ReadingHandlers = Pick<Handlers<typeof chatContract>, 'history' | 'read' | 'readers' | 'typing'>;
type HistoryInput = Input<(typeof chatContract)['history']>;

/** Operations on history, read marks and typing. */
export function readingHandlers(parts: Parts): ReadingHandlers {
  const { memberships, rooms, list, log, timeline, announcements, typists, host } = parts;
  return {
    history: async ({ principal: { user } }, input) => {
      await memberships.require(input.room, user);
      const [page, epoch] = await Promise.all([rangeOf(parts, input), log.epoch(input.room)]);
      return { ...page, entries: await timeline.withReactions(input.room, page.entries), epoch };
    },

    read: async ({ principal: { user } }, { room, offset }) => {
      const before = await list.one(user, room);
      if (before === undefined) throw noSuchRoom();
      // A read offset cannot be past the end.
      const moved = await rooms.markRead(room, user, Math.min(offset, before.top));
      const { readOffset, unread, top, memberCount } = moved ? ((await list.one(user, room)) ?? before) : before;
      if (moved) {
        announcements.toUser(user, { type: 'room.read', room, offset: readOffset, unread, top });
        if (memberCount <= RECEIPTS_LIMIT) announcements.toRoom(room, { type: 'read', user, offset: readOffset });
      }
      return { readOffset, unread, top };
    },

    readers: async ({ principal: { user } }, { room }) => {
      const summary = await list.one(user, room);
      if (summary === undefined) throw noSuchRoom();
      if (summary.memberCount > RECEIPTS_LIMIT) {
        throw new ClientError('notAvailable', { message: `only in rooms of up to ${RECEIPTS_LIMIT} members` });
      }
      return { readers: await rooms.readers(room, user) };
    },

    typing: async ({ principal: { user } }, { room }) => {
      await memberships.require(room, user);
      if (typists.mayTell(room, user, host.clock.now())) announcements.toRoom(room, { type: 'typing', user });
      return {};
    },
  };
}

type Cut = Pick<HistoryPage, 'entries' | 'hasBefore' | 'hasAfter' | 'top'>;

async function rangeOf({ timeline }: Parts, input: HistoryInput): Promise<Cut> {
  const { room, before, after, around, limit } = input;
  if (around !== undefined) {
    const [older, newer] = await Promise.all([
      timeline.before(room, around, limit >> 1),
      timeline.after(room, around - 1, limit - (limit >> 1)),
    ]);
    return joined(older, newer);
  }
  if (after !== undefined)
    return joined(await timeline.before(room, after + 1, 0), await timeline.after(room, after, limit));
  const end = before ?? Number.MAX_SAFE_INTEGER;
  return joined(await timeline.before(room, end, limit), await timeline.after(room, end - 1, 0));
}

/** Joins two adjacent ranges; everything published up to the lower of their tops is in both. */
function joined(older: TimelineRange, newer: TimelineRange): Cut {
  return {
    entries: [...older.entries, ...newer.entries],
    hasBefore: older.more,
    hasAfter: newer.more,
    top: Math.min(older.top, newer.top),
  };
}

function noSuchRoom(): ClientError {
  return new ClientError('notFound', { message: 'no such room' });
}
