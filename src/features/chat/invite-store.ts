import type { Selectable } from 'kysely';
import { INVITE_LIMIT } from '../../contracts/chat/limits.ts';
import { createQuery, toStatement, toWrite } from '../../core/operations/query.ts';
import type { Write } from '../../ports/log.ts';
import type { Sql } from '../../ports/sql.ts';
import type { ChatTables } from './tables.ts';

export type InviteRow = Selectable<ChatTables['chat_invites']>;

/** The table of group invitations. */
export class InviteStore {
  readonly #sql: Sql;
  readonly #query;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#query = createQuery<ChatTables>(sql);
  }

  /** Adds an invitation, and removes the room's expired and used-up ones. */
  async add(invite: InviteRow): Promise<void> {
    const { room_id: room, created_at: now } = invite;
    const dead = this.#query
      .deleteFrom('chat_invites')
      .where('room_id', '=', room)
      .where((of) => of.or([of('expires_at', '<=', now), of('uses_left', '=', 0)]));
    await this.#sql.write([toStatement(dead), toStatement(this.#query.insertInto('chat_invites').values(invite))]);
  }

  /** The room's valid invitations whose creators are active, newest first. */
  async ofRoom(room: string, now: number): Promise<readonly InviteRow[]> {
    return this.#usable(now)
      .selectAll('chat_invites')
      .where('chat_invites.room_id', '=', room)
      .orderBy('chat_invites.created_at', 'desc')
      .limit(INVITE_LIMIT)
      .execute();
  }

  /**
   * The group of a code and the invitation's creator; undefined if it is not valid (any more), or was created before
   * this person was removed from the group.
   */
  async target(code: string, user: string, now: number) {
    const [found] = await this.#usable(now)
      .innerJoin('chat_rooms as rooms', 'rooms.id', 'chat_invites.room_id')
      .leftJoin('chat_removals as removals', (join) =>
        join.onRef('removals.room_id', '=', 'chat_invites.room_id').on('removals.user_id', '=', user),
      )
      .select(['rooms.id as room', 'rooms.title', 'rooms.member_count as memberCount'])
      .select('chat_invites.created_by as maker')
      .where('chat_invites.code', '=', code)
      .where((of) =>
        of.or([
          of('removals.removed_at', 'is', null),
          of('removals.removed_at', '<', of.ref('chat_invites.created_at')),
        ]),
      )
      .execute();
    return found;
  }

  /** Removes it; a person just joining with it is checked again, as the room's member version changes. */
  async revoke(room: string, code: string): Promise<void> {
    const removal = this.#query.deleteFrom('chat_invites').where('room_id', '=', room).where('code', '=', code);
    const version = this.#query
      .updateTable('chat_rooms')
      .set((of) => ({ members_version: of('members_version', '+', 1) }))
      .where('id', '=', room);
    await this.#sql.write([toStatement(removal), toStatement(version)]);
  }

  /** Counts one use; the table refuses one too many. */
  use(code: string): Write {
    const update = this.#query
      .updateTable('chat_invites')
      .set((of) => ({ uses_left: of('uses_left', '-', 1) }))
      .where('code', '=', code)
      .where('uses_left', 'is not', null);
    return toWrite(update);
  }

  /** Removes all of the room's. */
  removeAll(room: string): Write {
    return toWrite(this.#query.deleteFrom('chat_invites').where('room_id', '=', room));
  }

  /** Those whose creators are still owner or admin in the room; `people` knows whether they are active. */
  #usable(now: number) {
    return this.#query
      .selectFrom('chat_invites')
      .innerJoin('chat_members as makers', (join) =>
        join
          .onRef('makers.room_id', '=', 'chat_invites.room_id')
          .onRef('makers.user_id', '=', 'chat_invites.created_by')
          .on('makers.role', 'in', ['owner', 'admin']),
      )
      .where((of) => of.or([of('expires_at', 'is', null), of('expires_at', '>', now)]))
      .where((of) => of.or([of('uses_left', 'is', null), of('uses_left', '>', 0)]));
  }
}
