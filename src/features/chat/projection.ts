import type { RoomEvent, RoomNotice } from '../../contracts/chat/events.ts';
import { ASSIGNED_OFFSET, type Write } from '../../ports/log.ts';

type Of<Type extends RoomEvent['type']> = Extract<RoomEvent, { type: Type }>;

// Plain SQL texts rather than built queries: tens of thousands of messages per second pass here.
const INSERT_MESSAGE =
  'INSERT INTO chat_messages (room_id, message_offset, message_key, sender, text, sent_at, reply_to) VALUES (?, ?, ?, ?, ?, ?, ?)';
const MOVE_ROOM =
  'UPDATE chat_rooms SET top = ?, last_message = ?, active_at = CASE WHEN active_at < ? THEN ? ELSE active_at END WHERE id = ?';
const SET_TOP = 'UPDATE chat_rooms SET top = ? WHERE id = ?';
const EDIT_MESSAGE =
  'UPDATE chat_messages SET text = ?, edited_at = ? WHERE room_id = ? AND message_offset = ? AND recalled_at IS NULL';
const RECALL_MESSAGE = `UPDATE chat_messages SET text = '', recalled_at = ?, emoji_count = 0, reaction_count = 0
  WHERE room_id = ? AND message_offset = ? AND recalled_at IS NULL`;
const CLEAR_REACTIONS = 'DELETE FROM chat_reactions WHERE room_id = ? AND message_offset = ?';
const ADD_REACTION = `INSERT INTO chat_reactions
    (room_id, message_offset, emoji, user_id, reaction_offset, emoji_offset)
  SELECT room_id, message_offset, ?, ?, ?, COALESCE((SELECT min(same.emoji_offset) FROM chat_reactions AS same
    WHERE same.room_id = chat_messages.room_id AND same.message_offset = chat_messages.message_offset
      AND same.emoji = ?), ?)
  FROM chat_messages WHERE room_id = ? AND message_offset = ? AND recalled_at IS NULL`;
const REMOVE_REACTION =
  'DELETE FROM chat_reactions WHERE room_id = ? AND message_offset = ? AND emoji = ? AND user_id = ?';
// The table's checks on these two columns refuse a reaction too many under concurrency.
const COUNT_REACTIONS = `UPDATE chat_messages SET
  emoji_count = (SELECT count(DISTINCT emoji) FROM chat_reactions AS reactions
    WHERE reactions.room_id = chat_messages.room_id AND reactions.message_offset = chat_messages.message_offset),
  reaction_count = (SELECT count(*) FROM chat_reactions AS reactions
    WHERE reactions.room_id = chat_messages.room_id AND reactions.message_offset = chat_messages.message_offset)
  WHERE room_id = ? AND message_offset = ?`;
const INSERT_ROOM = `INSERT INTO chat_rooms
  (id, kind, title, direct_low, direct_high, member_count, members_version, top, active_at)
  VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`;
const INSERT_MEMBER =
  'INSERT INTO chat_members (room_id, user_id, role, joined_at, joined_offset, read_offset) VALUES (?, ?, ?, ?, ?, ?)';
const REMOVE_MEMBER = 'DELETE FROM chat_members WHERE room_id = ? AND user_id = ?';
const FORGET_REMOVAL = 'DELETE FROM chat_removals WHERE room_id = ? AND user_id = ?';
const INSERT_REMOVAL = 'INSERT INTO chat_removals (room_id, user_id, removed_at) VALUES (?, ?, ?)';
const FORGET_DEPARTURE = 'DELETE FROM chat_departures WHERE room_id = ? AND user_id = ?';
const INSERT_DEPARTURE = 'INSERT INTO chat_departures (room_id, user_id, left_at) VALUES (?, ?, ?)';
const COUNT_MEMBERS = 'UPDATE chat_rooms SET top = ?, member_count = member_count + ? WHERE id = ?';
const STEP_DOWN = `UPDATE chat_members SET role = 'admin' WHERE room_id = ? AND role = 'owner'`;
const SET_ROLE = 'UPDATE chat_members SET role = ? WHERE room_id = ? AND user_id = ?';
const SET_TITLE = 'UPDATE chat_rooms SET top = ?, title = ? WHERE id = ?';
const SET_AVATAR = 'UPDATE chat_rooms SET top = ?, avatar = ? WHERE id = ?';
const INSERT_NOTICE = 'INSERT INTO chat_notices (room_id, notice_offset, event) VALUES (?, ?, ?)';

/**
 * An event's changes to the tables, as writes that commit with its publication: the same changes as in `state.ts` and
 * `room-state.ts` (CH1). An event that came too late changes nothing in either.
 */
export function projectionOf(room: string, event: RoomEvent): readonly Write[] {
  switch (event.type) {
    case 'message':
      return message(room, event);
    case 'edited':
      return [write(EDIT_MESSAGE, event.text, event.at, room, event.message), moved(room)];
    case 'recalled':
      return [
        write(RECALL_MESSAGE, event.at, room, event.message),
        write(CLEAR_REACTIONS, room, event.message),
        moved(room),
      ];
    case 'reacted':
      return [reaction(room, event), write(COUNT_REACTIONS, room, event.message), moved(room)];
    default:
      return [...changes(room, event), write(INSERT_NOTICE, room, ASSIGNED_OFFSET, JSON.stringify(event))];
  }
}

/** The two people of a direct chat in the order of its unique key; the same person twice for notes. */
export function directPair(users: readonly string[]): readonly [low: string, high: string] {
  const [low = '', high = low] = [...users].sort();
  return [low, high];
}

function changes(room: string, event: RoomNotice): readonly Write[] {
  const { at } = event;
  switch (event.type) {
    case 'created':
      return created(room, event);
    case 'renamed':
      return [write(SET_TITLE, ASSIGNED_OFFSET, event.title, room)];
    case 'pictured':
      return [write(SET_AVATAR, ASSIGNED_OFFSET, event.avatar, room)];
    case 'joined':
      return [
        ...event.users.map((user) => member({ room, user, role: 'member', at })),
        ...(event.users.includes(event.by) ? [write(FORGET_DEPARTURE, room, event.by)] : []),
        counted(room, event.users.length),
      ];
    case 'left':
      return [
        write(REMOVE_MEMBER, room, event.user),
        write(FORGET_DEPARTURE, room, event.user),
        write(INSERT_DEPARTURE, room, event.user, at),
        counted(room, -1),
      ];
    case 'removed':
      return [
        write(REMOVE_MEMBER, room, event.user),
        write(FORGET_REMOVAL, room, event.user),
        write(INSERT_REMOVAL, room, event.user, at),
        counted(room, -1),
      ];
    case 'promoted':
      return [
        ...(event.role === 'owner' ? [write(STEP_DOWN, room)] : []),
        write(SET_ROLE, event.role, room, event.user),
        moved(room),
      ];
    default:
      return event satisfies never;
  }
}

function message(room: string, { sender, key, text, replyTo, at }: Of<'message'>): readonly Write[] {
  return [
    write(INSERT_MESSAGE, room, ASSIGNED_OFFSET, key, sender, text, at, replyTo ?? null),
    write(MOVE_ROOM, ASSIGNED_OFFSET, ASSIGNED_OFFSET, at, at, room),
  ];
}

function reaction(room: string, { message, emoji, by, on }: Of<'reacted'>): Write {
  if (on) return write(ADD_REACTION, emoji, by, ASSIGNED_OFFSET, emoji, ASSIGNED_OFFSET, room, message);
  return write(REMOVE_REACTION, room, message, emoji, by);
}

function created(room: string, { kind, title, by, users, at }: Of<'created'>): readonly Write[] {
  const [low, high] = kind === 'direct' ? directPair(users) : [null, null];
  return [
    write(INSERT_ROOM, room, kind, title, low, high, users.length, ASSIGNED_OFFSET, at),
    ...users.map((user) => member({ room, user, role: kind === 'group' && user === by ? 'owner' : 'member', at })),
  ];
}

type NewMember = { readonly room: string; readonly user: string; readonly role: string; readonly at: number };

function member({ room, user, role, at }: NewMember): Write {
  return write(INSERT_MEMBER, room, user, role, at, ASSIGNED_OFFSET, ASSIGNED_OFFSET);
}

function counted(room: string, difference: number): Write {
  return write(COUNT_MEMBERS, ASSIGNED_OFFSET, difference, room);
}

function moved(room: string): Write {
  return write(SET_TOP, ASSIGNED_OFFSET, room);
}

function write(sql: string, ...params: Write['params']): Write {
  return { sql, params };
}
