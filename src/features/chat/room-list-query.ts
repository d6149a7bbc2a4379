import type { RoomSummary } from '../../contracts/chat/contract.ts';
import type { RoomRole } from '../../contracts/chat/events.ts';
import { PREVIEW_LENGTH, UNREAD_LIMIT, UNREAD_WINDOW } from '../../contracts/chat/limits.ts';
import { readRows } from '../../core/operations/query.ts';
import type { Sql } from '../../ports/sql.ts';
import { cursorText, parseCursor } from './cursor.ts';

export const ROOMS_PAGE = 100;

type Row = {
  readonly id: string;
  readonly kind: 'group' | 'direct';
  readonly title: string;
  readonly avatar: string | null;
  readonly direct_low: string | null;
  readonly direct_high: string | null;
  readonly member_count: number;
  readonly top: number;
  readonly user_id: string;
  readonly role: RoomRole;
  readonly read_offset: number;
  readonly active_at: number;
  readonly unread: number;
  /** This and the following fields are null while the room has no message. */
  readonly message_offset: number | null;
  readonly message_key: string;
  readonly sender: string;
  readonly text: string;
  readonly sent_at: number;
  readonly edited_at: number | null;
  readonly recalled_at: number | null;
};

const ACTIVE_AT = 'CASE WHEN rooms.active_at > members.joined_at THEN rooms.active_at ELSE members.joined_at END';
const MINE = 'FROM chat_members AS members JOIN chat_rooms AS rooms ON rooms.id = members.room_id';

const ONE = summariesWhere('members.user_id = ? AND members.room_id = ?');
const PAGE = summariesWhere(`members.user_id = ? AND (${ACTIVE_AT} < ? OR (${ACTIVE_AT} = ? AND rooms.id < ?))
    ORDER BY active_at DESC, rooms.id DESC LIMIT ?`);
const NEWEST = `SELECT rooms.id ${MINE} WHERE members.user_id = ? ORDER BY ${ACTIVE_AT} DESC LIMIT ?`;

/** Queries a person's room list. */
export class RoomListQuery {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Undefined if the person is not a member, or there is no such room. */
  async one(user: string, room: string): Promise<RoomSummary | undefined> {
    const [row] = await readRows<Row>(this.#sql, { sql: ONE, params: [user, room] });
    return row === undefined ? undefined : summaryOf(row);
  }

  /** A page, most recently active first, and the cursor of the next one. Throws `invalidInput` for a wrong `after`. */
  async page(user: string, after: string | undefined): Promise<{ rooms: RoomSummary[]; next: string | null }> {
    const { number, id } = after === undefined ? { number: Number.MAX_SAFE_INTEGER, id: '' } : parseCursor(after);
    const params = [user, number, number, id, ROOMS_PAGE + 1];
    const rows = await readRows<Row>(this.#sql, { sql: PAGE, params });
    const last = rows.length > ROOMS_PAGE ? rows[ROOMS_PAGE - 1] : undefined;
    const next = last === undefined ? null : cursorText({ number: last.active_at, id: last.id });
    return { rooms: rows.slice(0, ROOMS_PAGE).map(summaryOf), next };
  }

  /** Ids only, most recently active first. */
  async newest(user: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#sql.read({ sql: NEWEST, params: [user, limit] });
    return rows.map(({ id }) => String(id));
  }
}

/** One statement, so one snapshot: the unread count and the last message are those at `top`. */
function summariesWhere(condition: string): string {
  return `SELECT page.*, last.message_offset, last.message_key, last.sender,
    substr(last.text, 1, ${PREVIEW_LENGTH}) AS text, last.sent_at, last.edited_at, last.recalled_at,
    (SELECT count(*) FROM (SELECT 1 FROM (SELECT unread.sender FROM chat_messages AS unread
        WHERE unread.room_id = page.id AND unread.message_offset > page.read_offset
        ORDER BY unread.message_offset DESC LIMIT ${UNREAD_WINDOW}) AS newest
      WHERE newest.sender <> page.user_id LIMIT ${UNREAD_LIMIT}) AS counted) AS unread
  FROM (SELECT rooms.id, rooms.kind, rooms.title, rooms.avatar, rooms.direct_low, rooms.direct_high,
      rooms.member_count, rooms.top, rooms.last_message, members.user_id, members.role, members.read_offset,
      ${ACTIVE_AT} AS active_at
    ${MINE} WHERE ${condition}) AS page
  LEFT JOIN chat_messages AS last ON last.room_id = page.id AND last.message_offset = page.last_message
  ORDER BY page.active_at DESC, page.id DESC`;
}

function summaryOf(row: Row): RoomSummary {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    avatar: row.avatar,
    peer: row.direct_low === row.user_id ? row.direct_high : row.direct_low,
    memberCount: row.member_count,
    role: row.role,
    top: row.top,
    readOffset: row.read_offset,
    unread: row.unread,
    lastMessage: lastMessageOf(row),
    activeAt: row.active_at,
  };
}

function lastMessageOf({ message_offset: offset, ...row }: Row): RoomSummary['lastMessage'] {
  if (offset === null) return null;
  const { message_key: key, sender, text } = row;
  return { offset, key, sender, text, sentAt: row.sent_at, editedAt: row.edited_at, recalledAt: row.recalled_at };
}
