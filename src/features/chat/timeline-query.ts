import type { Message, TimelineEntry } from '../../contracts/chat/contract.ts';
import type { RoomNotice } from '../../contracts/chat/events.ts';
import { PREVIEW_LENGTH } from '../../contracts/chat/limits.ts';
import { createQuery, readRows } from '../../core/operations/query.ts';
import type { Sql, SqlValue } from '../../ports/sql.ts';
import { offsetOf } from './state.ts';
import type { ChatTables } from './tables.ts';

/** Entries in offset order, as they were at `top`. `more`: there are others in the requested direction. */
export type TimelineRange = {
  readonly entries: readonly TimelineEntry[];
  readonly more: boolean;
  readonly top: number;
};

/** The fields of a message that its changes depend on. */
export type StoredMessage = {
  readonly sender: string;
  readonly text: string;
  readonly sentAt: number;
  readonly recalledAt: number | null;
};

type Row = {
  readonly top: number;
  /** Null if there is no entry. */
  readonly place: number | null;
  /** Of a notice; null for a message. */
  readonly event: string | null;
  readonly message_key: string;
  readonly sender: string;
  readonly text: string;
  readonly sent_at: number;
  readonly edited_at: number | null;
  readonly recalled_at: number | null;
  readonly reply_to: number | null;
  readonly reply_sender: string;
  readonly reply_text: string;
  readonly reply_recalled_at: number | null;
};

const BEFORE = entriesWhere('<', 'DESC');
const AFTER = entriesWhere('>', 'ASC');

/** Queries rooms' timelines: current messages, and notices. Each read is bounded by its limit. */
export class TimelineQuery {
  readonly #sql: Sql;
  readonly #query;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#query = createQuery<ChatTables>(sql);
  }

  /** The last entries below the offset. */
  async before(room: string, offset: number, limit: number): Promise<TimelineRange> {
    const { entries, ...rest } = await this.#read(BEFORE, room, { offset, limit });
    return { entries: entries.toReversed(), ...rest };
  }

  /** The first entries above the offset. */
  after(room: string, offset: number, limit: number): Promise<TimelineRange> {
    return this.#read(AFTER, room, { offset, limit });
  }

  /** The entries with their reactions, which may be newer than `top`. */
  async withReactions(room: string, entries: readonly TimelineEntry[]): Promise<TimelineEntry[]> {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return [];
    const rows = await this.#query
      .selectFrom('chat_reactions')
      .select(['message_offset', 'emoji', 'user_id'])
      .where('room_id', '=', room)
      .where('message_offset', '>=', offsetOf(first))
      .where('message_offset', '<=', offsetOf(last))
      .orderBy('emoji_offset')
      .orderBy('reaction_offset')
      .execute();
    const byMessage = gather(rows);
    return entries.map((entry) => {
      const reactions = entry.kind === 'message' ? byMessage.get(entry.message.offset) : undefined;
      if (entry.kind === 'notice' || reactions === undefined) return entry;
      return { kind: 'message', message: { ...entry.message, reactions } };
    });
  }

  async message(room: string, offset: number): Promise<StoredMessage | undefined> {
    const [found] = await this.#query
      .selectFrom('chat_messages')
      .select(['sender', 'text', 'sent_at as sentAt', 'recalled_at as recalledAt'])
      .where('room_id', '=', room)
      .where('message_offset', '=', offset)
      .execute();
    return found;
  }

  /** The emoji of a message's reactions, one row per reaction, with the person. */
  async reactions(room: string, offset: number): Promise<readonly { emoji: string; user: string }[]> {
    return this.#query
      .selectFrom('chat_reactions')
      .select(['emoji', 'user_id as user'])
      .where('room_id', '=', room)
      .where('message_offset', '=', offset)
      .execute();
  }

  async #read(sql: string, room: string, { offset, limit }: { offset: number; limit: number }): Promise<TimelineRange> {
    const edge: readonly SqlValue[] = [room, offset, limit + 1];
    const rows = await readRows<Row>(this.#sql, { sql, params: [...edge, ...edge, limit + 1, room] });
    const entries = rows.flatMap((row) => entryOf(row));
    return { entries: entries.slice(0, limit), more: entries.length > limit, top: rows[0]?.top ?? 0 };
  }
}

/** One statement, so one snapshot. The room is joined so that `top` is returned even without entries. */
function entriesWhere(comparison: '<' | '>', order: 'ASC' | 'DESC'): string {
  return `SELECT rooms.top, entries.* FROM chat_rooms AS rooms LEFT JOIN (
    SELECT * FROM (
      SELECT said.message_offset AS place, NULL AS event, said.message_key, said.sender, said.text, said.sent_at,
        said.edited_at, said.recalled_at, said.reply_to, reply.sender AS reply_sender,
        substr(reply.text, 1, ${PREVIEW_LENGTH}) AS reply_text, reply.recalled_at AS reply_recalled_at
      FROM (SELECT * FROM chat_messages WHERE room_id = ? AND message_offset ${comparison} ?
        ORDER BY message_offset ${order} LIMIT ?) AS said
      LEFT JOIN chat_messages AS reply ON reply.room_id = said.room_id AND reply.message_offset = said.reply_to
      UNION ALL
      SELECT * FROM (SELECT notice_offset, event, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM chat_notices WHERE room_id = ? AND notice_offset ${comparison} ?
        ORDER BY notice_offset ${order} LIMIT ?) AS notices
    ) AS both_kinds ORDER BY place ${order} LIMIT ?
  ) AS entries ON 1 = 1
  WHERE rooms.id = ? ORDER BY entries.place ${order}`;
}

function entryOf(row: Row): TimelineEntry[] {
  const { place: offset, event } = row;
  if (offset === null) return [];
  if (event === null) return [{ kind: 'message', message: messageOf(row, offset) }];
  const notice = JSON.parse(event) as RoomNotice;
  return [{ kind: 'notice', offset, at: notice.at, event: notice }];
}

function messageOf(row: Row, offset: number): Message {
  return {
    offset,
    key: row.message_key,
    sender: row.sender,
    text: row.text,
    sentAt: row.sent_at,
    editedAt: row.edited_at,
    recalledAt: row.recalled_at,
    replyTo: replyOf(row),
    reactions: [],
  };
}

function replyOf({ reply_to: offset, reply_sender: sender, ...row }: Row): Message['replyTo'] {
  if (offset === null) return null;
  return { offset, sender, text: row.reply_text, recalled: row.reply_recalled_at !== null };
}

type Reaction = Pick<ChatTables['chat_reactions'], 'message_offset' | 'emoji' | 'user_id'>;

function gather(rows: readonly Reaction[]): Map<number, Message['reactions']> {
  const byMessage = new Map<number, Message['reactions']>();
  for (const { message_offset: offset, emoji, user_id: user } of rows) {
    const reactions = byMessage.get(offset) ?? [];
    byMessage.set(offset, reactions);
    const same = reactions.find((reaction) => reaction.emoji === emoji);
    if (same === undefined) reactions.push({ emoji, users: [user] });
    else same.users.push(user);
  }
  return byMessage;
}
