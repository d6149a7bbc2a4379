import type { Member, RoomSummary } from '../../contracts/chat/contract.ts';
import type { UserRoomEvent } from '../../contracts/chat/events.ts';
import { UNREAD_LIMIT } from '../../contracts/chat/limits.ts';
import { type RoomPublication, shorten } from './state.ts';

/**
 * A room in a person's list, updated by the room's publications and the person's own read marks, which may arrive in
 * any order.
 */
export type RoomItem = {
  readonly summary: RoomSummary;
  /** The server's count and its offset; plus the messages of others received here after that. */
  readonly counted: { readonly unread: number; readonly top: number };
  readonly fresh: readonly number[];
};

export type ReadMark = Pick<Extract<UserRoomEvent, { type: 'room.read' }>, 'offset' | 'unread' | 'top'>;
type MessageEvent = Extract<RoomPublication['event'], { type: 'message' }>;

export function toRoomItem(summary: RoomSummary): RoomItem {
  return { summary, counted: { unread: summary.unread, top: summary.top }, fresh: [] };
}

/** Applies one of the room's publications; repeated ones change nothing. `me` is the viewer. */
export function applyToRoom(item: RoomItem, publication: RoomPublication, me: string): RoomItem {
  if (publication.offset <= item.summary.top) return item;
  const summary = { ...changeSummary(item.summary, publication, me), top: publication.offset };
  const { event, offset } = publication;
  const counts = event.type === 'message' && event.sender !== me;
  const fresh = counts ? [...item.fresh, offset].slice(-UNREAD_LIMIT) : item.fresh;
  return withUnread({ ...item, summary, fresh });
}

/** Applies a read mark, of this device or another one; older ones change nothing. */
export function applyRead(item: RoomItem, { offset, unread, top }: ReadMark): RoomItem {
  if (offset <= item.summary.readOffset) return item;
  const summary = { ...item.summary, readOffset: offset };
  return withUnread({ summary, counted: { unread, top }, fresh: item.fresh.filter((message) => message > top) });
}

/** Applies one of the room's publications to its member list; only member changes have an effect. */
export function applyToMembers(members: readonly Member[], { event }: RoomPublication): readonly Member[] {
  switch (event.type) {
    case 'created':
      return event.users.map((user) => {
        const role = event.kind === 'group' && user === event.by ? 'owner' : 'member';
        return { user, role, joinedAt: event.at };
      });
    case 'joined': {
      const known = new Set(members.map(({ user }) => user));
      const added = event.users.filter((user) => !known.has(user));
      return [...members, ...added.map((user) => ({ user, role: 'member' as const, joinedAt: event.at }))];
    }
    case 'left':
    case 'removed':
      return members.filter(({ user }) => user !== event.user);
    case 'promoted':
      return members.map((member) => {
        if (member.user === event.user) return { ...member, role: event.role };
        return event.role === 'owner' && member.role === 'owner' ? { ...member, role: 'admin' } : member;
      });
    default:
      return members;
  }
}

function withUnread(item: RoomItem): RoomItem {
  const { summary, counted, fresh } = item;
  const after = fresh.filter((message) => message > counted.top && message > summary.readOffset).length;
  return { ...item, summary: { ...summary, unread: Math.min(UNREAD_LIMIT, counted.unread + after) } };
}

function changeSummary(summary: RoomSummary, { offset, event }: RoomPublication, me: string): RoomSummary {
  switch (event.type) {
    case 'message':
      return { ...summary, lastMessage: lastOf(offset, event), activeAt: Math.max(summary.activeAt, event.at) };
    case 'edited':
      return changeLast(summary, event.message, { text: shorten(event.text), editedAt: event.at });
    case 'recalled':
      return changeLast(summary, event.message, { text: '', recalledAt: event.at });
    case 'renamed':
      return { ...summary, title: event.title };
    case 'pictured':
      return { ...summary, avatar: event.avatar };
    case 'joined':
      return { ...summary, memberCount: summary.memberCount + event.users.length };
    case 'left':
    case 'removed':
      return { ...summary, memberCount: summary.memberCount - 1 };
    case 'promoted':
      return { ...summary, role: roleAfter(summary.role, event.user === me, event.role) };
    case 'created':
    case 'reacted':
      return summary;
    default:
      return event satisfies never;
  }
}

function lastOf(offset: number, { key, sender, text, at }: MessageEvent): NonNullable<RoomSummary['lastMessage']> {
  return { offset, key, sender, text: shorten(text), sentAt: at, editedAt: null, recalledAt: null };
}

function changeLast(
  summary: RoomSummary,
  offset: number,
  change: Partial<NonNullable<RoomSummary['lastMessage']>>,
): RoomSummary {
  const last = summary.lastMessage;
  if (last === null || last.offset !== offset || last.recalledAt !== null) return summary;
  return { ...summary, lastMessage: { ...last, ...change } };
}

function roleAfter(role: RoomSummary['role'], isMine: boolean, given: RoomSummary['role']): RoomSummary['role'] {
  if (isMine) return given;
  return given === 'owner' && role === 'owner' ? 'admin' : role;
}
