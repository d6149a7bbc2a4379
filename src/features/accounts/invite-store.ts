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
  /** The invitation to use; its role becomes the person's. */
  readonly invite?: string | undefined;
  /** Further writes of the same transaction. */
  readonly also: readonly Statement[];
};

const FIRST_OWNER = 'first-owner';

/** The table of invitations, and the transaction that registers a person with one. */
export class InviteStore {
  readonly #sql: Sql;
  readonly #query;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#query = createQuery<AccountsTables>(sql);
  }

  /** Undefined if the code is unknown, expired or used up, or its creator may no longer invite. */
  async usable(code: string, now: number): Promise<InviteRow | undefined> {
    return (await this.#usable(now).where('code', '=', code).execute())[0];
  }

  /** Newest first, without the owner's. */
  async list(now: number): Promise<readonly InviteRow[]> {
    return this.#usable(now).where('role', '!=', 'owner').orderBy('created_at', 'desc').limit(500).execute();
  }

  /** The number of this person's valid invitations. */
  async countOf(user: string, now: number): Promise<number> {
    const working = this.#usable(now).clearSelect().select('code').where('created_by', '=', user);
    return (await working.execute()).length;
  }

  /** Adds an invitation, and removes the person's expired and used-up ones. */
  async add(invite: Insertable<AccountsTables['account_invites']>): Promise<void> {
    const dead = this.#query
      .deleteFrom('account_invites')
      .where('created_by', '=', invite.created_by ?? '')
      .where((of) => of.or([of('expires_at', '<=', invite.created_at), of('uses_left', '=', 0)]));
    await this.#sql.write([toStatement(dead), toStatement(this.#query.insertInto('account_invites').values(invite))]);
  }

  /** False if there is no such code. */
  async remove(code: string): Promise<boolean> {
    const removal = this.#query.deleteFrom('account_invites').where('code', '=', code).where('role', '!=', 'owner');
    const [result] = await this.#sql.write([toStatement(removal)]);
    return result?.changes === 1;
  }

  /** The invitation for the first owner: created once, the same until it is used. */
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
   * Inserts the person, their credential and first device, and counts the invitation's use, in one transaction. Rejects
   * with `ConstraintError` if handle or email is taken, or the invitation is not valid any more.
   */
  async register({ user, passwordHash, device, invite, also }: NewPerson): Promise<void> {
    const { created_at: now } = user;
    // Without a valid invitation the role is NULL, which the column refuses.
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

  /** The column's check refuses a value below 0 if two writes get here at once. */
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

  /** Valid ones, whose creators may still create them. The first owner's has no creator. */
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
