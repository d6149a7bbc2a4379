import type { Member, Reader } from '../../contracts/chat/contract.ts';
import type { RoomRole } from '../../contracts/chat/events.ts';
import { createQuery, prepareStatement, readRows } from '../../core/operations/query.ts';
import type { Write } from '../../ports/log.ts';
import type { Sql } from '../../ports/sql.ts';
import { cursorText, parseCursor } from './cursor.ts';
import { directPair } from './projection.ts';
import type { ChatTables } from './tables.ts';

export const MEMBERS_PAGE = 200;
/** The creation key of the group everyone is in. */
export const DEFAULT_ROOM_KEY = 'default';

/** A member's role and dates in their room. */
export type RoomMembership = { readonly kind: 'group' | 'direct'; readonly role: RoomRole };

/** A room at the moment its members are to change, with the roles of the people involved. */
export type Roster = {
  readonly room: string;
  readonly kind: 'group' | 'direct';
  readonly version: number;
  readonly memberCount: number;
  /** Non-members are absent. */
  readonly roles: ReadonlyMap<string, RoomRole>;
};

/** The tables of rooms and members. */
export class RoomStore {
  readonly #sql: Sql;
  readonly #query;
  readonly #membership;

  constructor(sql: Sql) {
    this.#sql = sql;
    const query = createQuery<ChatTables>(sql);
    this.#query = query;
    this.#membership = prepareStatement<{ room: string; user: string }>()((value) =>
      query
        .selectFrom('chat_members as members')
        .innerJoin('chat_rooms as rooms', 'rooms.id', 'members.room_id')
        .select(['rooms.kind', 'members.role'])
        .where('members.room_id', '=', value('room'))
        .where('members.user_id', '=', value('user')),
    );
  }

  /** Undefined if the person is not a member, or there is no such room. */
  async membership(room: string, user: string): Promise<RoomMembership | undefined> {
    return (await readRows(this.#sql, this.#membership({ room, user })))[0];
  }

  /** Undefined if there is no such room. */
  async roster(room: string, users: readonly string[]): Promise<Roster | undefined> {
    const rows = await this.#query
      .selectFrom('chat_rooms as rooms')
      .leftJoin('chat_members as members', (join) =>
        join.onRef('members.room_id', '=', 'rooms.id').on('members.user_id', 'in', padded(users)),
      )
      .select(['rooms.kind', 'rooms.members_version as version', 'rooms.member_count as memberCount'])
      .select(['members.user_id as user', 'members.role'])
      .where('rooms.id', '=', room)
      .execute();
    const [first] = rows;
    if (first === undefined) return undefined;
    const { kind, version, memberCount } = first;
    const roles = rows.flatMap(({ user, role }) => (user === null || role === null ? [] : [[user, role] as const]));
    return { room, kind, version, memberCount, roles: new Map(roles) };
  }

  /** The direct chat of these two people, or one person's notes. */
  async direct(users: readonly string[]): Promise<string | undefined> {
    const [low, high] = directPair(users);
    const rooms = this.#query.selectFrom('chat_rooms').select('id');
    return (await rooms.where('direct_low', '=', low).where('direct_high', '=', high).execute())[0]?.id;
  }

  async byCreationKey(key: string): Promise<string | undefined> {
    return (await this.#query.selectFrom('chat_rooms').select('id').where('creation_key', '=', key).execute())[0]?.id;
  }

  async share(user: string, other: string): Promise<boolean> {
    const shared = await this.#query
      .selectFrom('chat_members as mine')
      .innerJoin('chat_members as theirs', 'theirs.room_id', 'mine.room_id')
      .select('mine.room_id')
      .where('mine.user_id', '=', user)
      .where('theirs.user_id', '=', other)
      .limit(1)
      .execute();
    return shared.length > 0;
  }

  /** Those of these people who left the room by themselves. */
  async departed(room: string, users: readonly string[]): Promise<readonly string[]> {
    const departures = this.#query.selectFrom('chat_departures').select('user_id as user').where('room_id', '=', room);
    return (await departures.where('user_id', 'in', padded(users)).execute()).map(({ user }) => user);
  }

  /** Makes the transaction fail if one of these people has left the room meanwhile. */
  noneDeparted(room: string, users: readonly string[]): Write {
    const asked = padded(users);
    const places = asked.map(() => '?').join(', ');
    // NULL in a NOT NULL column refuses the whole publication.
    const sql = `UPDATE chat_rooms SET members_version = CASE WHEN EXISTS (SELECT 1 FROM chat_departures
      WHERE room_id = ? AND user_id IN (${places})) THEN NULL ELSE members_version END WHERE id = ?`;
    return { sql, params: [room, ...asked, room] };
  }

  /** Those of these people who share a room with the person, other than the one everyone is in. */
  async peopleSharingRoom(user: string, others: readonly string[]): Promise<ReadonlySet<string>> {
    const shared = await this.#query
      .selectFrom('chat_members as theirs')
      .innerJoin('chat_members as mine', 'mine.room_id', 'theirs.room_id')
      .innerJoin('chat_rooms as rooms', 'rooms.id', 'theirs.room_id')
      .select('theirs.user_id as other')
      .distinct()
      .where('mine.user_id', '=', user)
      .where('theirs.user_id', 'in', padded(others))
      .where((of) => of.or([of('rooms.creation_key', 'is', null), of('rooms.creation_key', '!=', DEFAULT_ROOM_KEY)]))
      .execute();
    return new Set(shared.map(({ other }) => other));
  }

  /** A page of members by join time, and the cursor of the next one. Throws `invalidInput` for a wrong `after`. */
  async members(room: string, after: string | undefined): Promise<{ members: Member[]; next: string | null }> {
    const { number, id } = after === undefined ? { number: 0, id: '' } : parseCursor(after);
    const rows = await this.#query
      .selectFrom('chat_members')
      .select(['user_id as user', 'role', 'joined_at as joinedAt', 'joined_offset as offset'])
      .where('room_id', '=', room)
      .where((of) => of(of.refTuple('joined_offset', 'user_id'), '>', of.tuple(number, id)))
      .orderBy('joined_offset')
      .orderBy('user_id')
      .limit(MEMBERS_PAGE + 1)
      .execute();
    const members = rows.slice(0, MEMBERS_PAGE).map(({ user, role, joinedAt }) => ({ user, role, joinedAt }));
    const last = rows.length > MEMBERS_PAGE ? rows[MEMBERS_PAGE - 1] : undefined;
    return { members, next: last === undefined ? null : cursorText({ number: last.offset, id: last.user }) };
  }

  /** Owner and admins, longest-standing first. */
  async managers(room: string): Promise<readonly Pick<Member, 'user' | 'role'>[]> {
    return this.#query
      .selectFrom('chat_members')
      .select(['user_id as user', 'role'])
      .where('room_id', '=', room)
      .where('role', 'in', ['owner', 'admin'])
      .orderBy('joined_offset')
      .orderBy('user_id')
      .execute();
  }

  /** A page of members in more than `many` rooms, by id, and the cursor of the next page. */
  async membersOfManyRooms(room: string, many: number, after: string): Promise<{ users: string[]; next?: string }> {
    const rows = await this.#query
      .selectFrom('chat_members as members')
      .select('members.user_id as user')
      .where('members.room_id', '=', room)
      .where('members.user_id', '>', after)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('chat_members as others')
            .select('others.room_id')
            .whereRef('others.user_id', '=', 'members.user_id')
            .orderBy('others.room_id')
            .limit(1)
            .offset(many),
        ),
      )
      .orderBy('members.user_id')
      .limit(MEMBERS_PAGE)
      .execute();
    const users = rows.map(({ user }) => user);
    const next = users.length < MEMBERS_PAGE ? undefined : users.at(-1);
    return next === undefined ? { users } : { users, next };
  }

  /** The read offsets of all members but one. */
  async readers(room: string, except: string): Promise<Reader[]> {
    const readers = this.#query
      .selectFrom('chat_members')
      .select(['user_id as user', 'joined_offset as joinedOffset', 'read_offset as offset'])
      .where('room_id', '=', room)
      .where('user_id', '!=', except);
    return readers.execute();
  }

  /** Moves a member's read offset forward; false if it was already there. */
  async markRead(room: string, user: string, offset: number): Promise<boolean> {
    const update = this.#query
      .updateTable('chat_members')
      .set({ read_offset: offset })
      .where('room_id', '=', room)
      .where('user_id', '=', user)
      .where('read_offset', '<', offset);
    return (await update.executeTakeFirst()).numUpdatedRows === 1n;
  }
}

/** Pads with the last one to a power of two: a few statement texts instead of one for each length. */
function padded(users: readonly string[]): string[] {
  const size = 2 ** Math.ceil(Math.log2(users.length));
  return Array.from({ length: size }, (_, index) => users[Math.min(index, users.length - 1)] as string);
}
