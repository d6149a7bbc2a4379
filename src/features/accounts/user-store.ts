import { sql as raw, type Selectable, type Updateable } from 'kysely';
import type { Profile } from '../../contracts/accounts/contract.ts';
import { createQuery, prepareStatement, readRows, toStatement } from '../../core/operations/query.ts';
import { lookOf } from '../../core/text/look-alikes.ts';
import type { Sql } from '../../ports/sql.ts';
import type { AccountsTables } from './tables.ts';

export type User = Selectable<AccountsTables['users']>;
export type UserChanges = Updateable<AccountsTables['users']>;
export type Credential = { readonly user: User; readonly passwordHash: string };
export type PeopleSearch = {
  readonly text: string;
  readonly after?: string | undefined;
  readonly withDisabled: boolean;
};

export const PEOPLE_PAGE = 50;
const LOOKS_BATCH = 500;

/** The table of people, and their credentials. */
export class UserStore {
  readonly #sql: Sql;
  readonly #query;
  readonly #byId;
  readonly #byHandle;

  constructor(sql: Sql) {
    this.#sql = sql;
    const query = createQuery<AccountsTables>(sql);
    this.#query = query;
    this.#byId = prepareStatement<{ id: string }>()((value) =>
      query.selectFrom('users').selectAll().where('id', '=', value('id')),
    );
    this.#byHandle = prepareStatement<{ handle: string }>()((value) =>
      query.selectFrom('users').selectAll().where('handle', '=', value('handle')),
    );
  }

  async byId(id: string): Promise<User | undefined> {
    return (await readRows(this.#sql, this.#byId({ id })))[0];
  }

  async byHandle(handle: string): Promise<User | undefined> {
    return (await readRows(this.#sql, this.#byHandle({ handle })))[0];
  }

  async byIds(ids: readonly string[]): Promise<readonly User[]> {
    if (ids.length === 0) return [];
    return this.#query.selectFrom('users').selectAll().where('id', 'in', padded(ids)).execute();
  }

  async emailExists(email: string): Promise<boolean> {
    const found = await this.#query.selectFrom('users').select('id').where('email', '=', email).execute();
    return found.length > 0;
  }

  /** Other people's handles that look like one of these. */
  async handlesLooking(looks: readonly string[], except: string): Promise<readonly string[]> {
    if (looks.length === 0) return [];
    const found = this.#query.selectFrom('users').select('handle').where('handle_look', 'in', looks);
    return (await found.where('id', '!=', except).execute()).map(({ handle }) => handle);
  }

  /** Fills in look-alike keys for handles from before that column. Of two that collide the older one gets the key. */
  async fillLooks(): Promise<void> {
    for (;;) {
      const missing = this.#query.selectFrom('users').select(['id', 'handle']).where('handle_look', 'is', null);
      const rows = await missing.orderBy('created_at').orderBy('id').limit(LOOKS_BATCH).execute();
      for (const { id, handle } of rows) await this.#fillLook(id, lookOf(handle));
      if (rows.length < LOOKS_BATCH) return;
    }
  }

  async #fillLook(id: string, look: string): Promise<void> {
    const taken = await this.handlesLooking([look], id);
    const handle_look = taken.length > 0 ? `*${id}` : look;
    await this.#query.updateTable('users').set({ handle_look }).where('id', '=', id).execute();
  }

  async hasOwner(): Promise<boolean> {
    const found = await this.#query.selectFrom('users').select('id').where('role', '=', 'owner').limit(1).execute();
    return found.length > 0;
  }

  /** By handle, or by email if the login has an @; both in lower case. */
  async credential(login: string): Promise<Credential | undefined> {
    return this.#credentialWhere(login.includes('@') ? 'users.email' : 'users.handle', login);
  }

  async credentialOf(user: string): Promise<Credential | undefined> {
    return this.#credentialWhere('users.id', user);
  }

  /** One page of people by name, after the person `after`. */
  async search({ text, after, withDisabled }: PeopleSearch): Promise<readonly User[]> {
    let query = this.#query
      .selectFrom('users')
      .selectAll()
      .orderBy('search_name')
      .orderBy('id')
      .limit(PEOPLE_PAGE + 1);
    if (!withDisabled) query = query.where('disabled', '=', 0);
    // '!' escapes, because databases treat the backslash differently.
    const pattern = `%${searchName(text).replace(/[!%_]/g, '!$&')}%`;
    if (text !== '') query = query.where(raw<boolean>`search_name like ${pattern} escape '!'`);
    if (after !== undefined) {
      query = query.where(
        raw<boolean>`(search_name, id) > (select last.search_name, last.id from users as last where last.id = ${after})`,
      );
    }
    return query.execute();
  }

  /** Changes the person if they still have this role; false if not. Rejects with `ConstraintError` on a taken email. */
  async update(user: Pick<User, 'id' | 'role'>, changes: UserChanges): Promise<boolean> {
    const update = this.#query
      .updateTable('users')
      .set(changes)
      .where('id', '=', user.id)
      .where('role', '=', user.role);
    const [result] = await this.#sql.write([toStatement(update)]);
    return result?.changes === 1;
  }

  async #credentialWhere(column: 'users.id' | 'users.email' | 'users.handle', value: string) {
    const [row] = await this.#query
      .selectFrom('users')
      .innerJoin('credentials', 'credentials.user_id', 'users.id')
      .selectAll('users')
      .select('credentials.password_hash')
      .where(column, '=', value)
      .execute();
    if (row === undefined) return undefined;
    const { password_hash: passwordHash, ...user } = row;
    return { user, passwordHash };
  }
}

/** The form of a name for searching and sorting, without case and width. */
export function searchName(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

export function profileOf(user: User): Profile {
  const { id, handle, display_name: displayName, avatar, role, disabled } = user;
  return { id, handle, displayName, avatar, role, disabled: disabled === 1 };
}

/** Pads with the last id to a power of two: a few statement texts instead of one for each length. */
export function padded(ids: readonly string[]): string[] {
  const size = 2 ** Math.ceil(Math.log2(ids.length));
  return Array.from({ length: size }, (_, index) => ids[Math.min(index, ids.length - 1)] as string);
}
