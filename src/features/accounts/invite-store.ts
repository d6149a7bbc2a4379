import type { Insertable, Selectable } from 'kysely';
import { createQuery, toStatement } from '../../core/operations/query.ts';
import { ConstraintError, type Sql, type Statement } from '../../ports/sql.ts';
import type { NewDevice } from './device-store.ts';
import type { AccountsTables } from './tables.ts';
import type { User } from './user-store.ts';

export type InviteRow = Selectable<AccountsTables['account_invites']>;
export type NewPerson = {
  readonly user: User;
  readonly passwordHash: string;
  readonly device: NewDevice;
  /** The invitation to use up; its role becomes the person's. */
  readonly invite?: string | undefined;
  /** What else is written with the person, or not at all. */
  readonly also: readonly Statement[];
};

const FIRST_OWNER = 'first-owner';

/** The table of invitations, and the one transaction in which somebody registers with one. */
export class InviteStore {
  readonly #sql: Sql;
  readonly #query;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#query = createQuery<AccountsTables>(sql);
  }

  /** Undefined when the code is unknown, expired or used up, or its maker may not invite any more. */
  async usable(code: string, now: number): Promise<InviteRow | undefined> {
    return (await this.#usable(now).where('code', '=', code).execute())[0];
  }

  /** Newest first, but for the owner's. */
  async list(now: number): Promise<readonly InviteRow[]> {
    return this.#usable(now).where('role', '!=', 'owner').orderBy('created_at', 'desc').limit(500).execute();
  }

  /** How many of this person's work. */
  async countOf(user: string, now: number): Promise<number> {
    const working = this.#usable(now).clearSelect().select('code').where('created_by', '=', user);
    return (await working.execute()).length;
  }

  /** Adds it, and clears away those of the same person that have expired or are used up. */
  async add(invite: Insertable<AccountsTables['account_invites']>): Promise<void> {
    const dead = this.#query
      .deleteFrom('account_invites')
      .where('created_by', '=', invite.created_by ?? '')
      .where((of) => of.or([of('expires_at', '<=', invite.created_at), of('uses_left', '=', 0)]));
    await this.#sql.write([toStatement(dead), toStatement(this.#query.insertInto('account_invites').values(invite))]);
  }

  /** False when there is no such code. */
  async remove(code: string): Promise<boolean> {
    const removal = this.#query.deleteFrom('account_invites').where('code', '=', code).where('role', '!=', 'owner');
    const [result] = await this.#sql.write([toStatement(removal)]);
    return result?.changes === 1;
  }

  /** The invitation for the first owner: made once, the same until it is used. */
  async firstOwner(code: string, now: number): Promise<string | undefined> {
    const known = await this.#firstOwner();
    if (known !== undefined) return known.uses_left === 0 ? undefined : known.code;
    try {
      const none = { created_by: null, expires_at: null };
      await this.add({ code, role: 'owner', created_at: now, uses_left: 1, purpose: FIRST_OWNER, ...none });
      return code;
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      return (await this.#firstOwner())?.code;
    }
  }

  /**
   * Writes the person, their credential and first device, and counts the invitation's use: all or nothing. Rejects
   * with `ConstraintError` when handle or e-mail is taken, or the invitation does not work or no longer.
   */
  async register({ user, passwordHash, device, invite, also }: NewPerson): Promise<void> {
    const { created_at: now } = user;
    // No invitation, no role; and the column takes no null.
    const role =
      invite === undefined ? user.role : this.#usable(now).clearSelect().select('role').where('code', '=', invite);
    const statements = [
      this.#query.insertInto('users').values({ ...user, role }),
      this.#query.insertInto('credentials').values({ user_id: user.id, password_hash: passwordHash, changed_at: now }),
      this.#query.insertInto('devices').values({ ...device, user_id: user.id }),
    ].map(toStatement);
    if (invite !== undefined) statements.push(this.#countUse(invite));
    await this.#sql.write([...statements, ...also]);
  }

  /** The column's check refuses to go below 0, should two writes ever get here at once. */
  #countUse(code: string): Statement {
    return toStatement(
      this.#query
        .updateTable('account_invites')
        .set((of) => ({ uses_left: of('uses_left', '-', 1) }))
        .where('code', '=', code)
        .where('uses_left', 'is not', null),
    );
  }

  async #firstOwner() {
    const [row] = await this.#query
      .selectFrom('account_invites')
      .select(['code', 'uses_left'])
      .where('purpose', '=', FIRST_OWNER)
      .execute();
    return row;
  }

  /** Those that work: as long as their makers may still make such ones. The first owner's has no maker. */
  #usable(now: number) {
    return this.#query
      .selectFrom('account_invites')
      .selectAll()
      .where((of) => {
        const maker = of
          .selectFrom('users as maker')
          .select('maker.id')
          .whereRef('maker.id', '=', 'account_invites.created_by')
          .where('maker.disabled', '=', 0);
        const admin = maker.where('maker.role', '=', 'admin').whereRef('account_invites.role', '!=', 'maker.role');
        const owner = maker.where('maker.role', '=', 'owner');
        return of.or([of('created_by', 'is', null), of.exists(owner), of.exists(admin)]);
      })
      .where((of) => of.or([of('expires_at', 'is', null), of('expires_at', '>', now)]))
      .where((of) => of.or([of('uses_left', 'is', null), of('uses_left', '>', 0)]));
  }
}
