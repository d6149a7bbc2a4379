import type { Selectable } from 'kysely';
import type { Role } from '../../contracts/roles.ts';
import { createQuery, prepareStatement, readRows, toStatement } from '../../core/operations/query.ts';
import { ConstraintError, type Sql } from '../../ports/sql.ts';
import type { AccountsTables } from './tables.ts';
import { padded } from './user-store.ts';

export type DeviceRow = Selectable<AccountsTables['devices']>;
export type NewDevice = Omit<DeviceRow, 'user_id'>;

/** The table of signed-in devices. */
export class DeviceStore {
  readonly #sql: Sql;
  readonly #query;
  readonly #byToken;
  readonly #current;

  constructor(sql: Sql) {
    this.#sql = sql;
    const query = createQuery<AccountsTables>(sql);
    this.#query = query;
    this.#byToken = prepareStatement<{ hash: string; now: number }>()((value) =>
      query
        .selectFrom('devices')
        .innerJoin('users', 'users.id', 'devices.user_id')
        .select(['devices.id as device', 'users.id as user', 'users.role', 'devices.last_seen_at as lastSeenAt'])
        .where('devices.token_hash', '=', value('hash'))
        .where('devices.expires_at', '>', value('now'))
        .where('users.disabled', '=', 0),
    );
    this.#current = prepareStatement<{ device: string; now: number }>()((value) =>
      query
        .selectFrom('devices')
        .innerJoin('users', 'users.id', 'devices.user_id')
        .select('users.role')
        .where('devices.id', '=', value('device'))
        .where('devices.expires_at', '>', value('now'))
        .where('users.disabled', '=', 0),
    );
  }

  /** The device and user of this token, if it is valid. */
  async byToken(hash: string, now: number) {
    return (await readRows(this.#sql, this.#byToken({ hash, now })))[0];
  }

  /** The role of the device's user, if the device is still signed in. */
  async roleOf(device: string, now: number) {
    return (await readRows(this.#sql, this.#current({ device, now })))[0]?.role;
  }

  /** Those of the devices that are still signed in. */
  async goodOf(ids: readonly string[], now: number): Promise<ReadonlySet<string>> {
    const good = this.#query.selectFrom('devices').select('id').where('id', 'in', padded(ids));
    return new Set((await good.where('expires_at', '>', now).execute()).map(({ id }) => id));
  }

  /** Newest first. */
  async ofUser(user: string, now: number): Promise<readonly DeviceRow[]> {
    return this.#query
      .selectFrom('devices')
      .selectAll()
      .where('user_id', '=', user)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .execute();
  }

  /**
   * Signs the device in, if the checked password is still current and the account is enabled; false if not. Also
   * removes the person's expired devices.
   */
  async add(device: NewDevice, { user, passwordHash }: { user: string; passwordHash: string }): Promise<boolean> {
    const expired = this.#query
      .deleteFrom('devices')
      .where('user_id', '=', user)
      .where('expires_at', '<=', device.created_at);
    const allowed = this.#query
      .selectFrom('users')
      .innerJoin('credentials', 'credentials.user_id', 'users.id')
      .select('users.id')
      .where('users.id', '=', user)
      .where('users.disabled', '=', 0)
      .where('credentials.password_hash', '=', passwordHash);
    // If sign-in is not allowed, the user id is NULL, which the column refuses.
    const insert = this.#query.insertInto('devices').values({ ...device, user_id: allowed });
    try {
      await this.#sql.write([toStatement(expired), toStatement(insert)]);
      return true;
    } catch (error) {
      if (error instanceof ConstraintError) return false;
      throw error;
    }
  }

  /** False if the person has no such device. */
  async remove(user: string, device: string): Promise<boolean> {
    const removal = this.#query.deleteFrom('devices').where('user_id', '=', user).where('id', '=', device);
    const [result] = await this.#sql.write([toStatement(removal)]);
    return result?.changes === 1;
  }

  /**
   * Changes the password, gives the device a new token and signs all others out. Returns their ids, or undefined if
   * `from` is no longer the hash.
   */
  async changePassword(change: PasswordChange): Promise<readonly string[] | undefined> {
    const { user, device, tokenHash, from, to, now } = change;
    const password = this.#query
      .updateTable('credentials')
      .set({ password_hash: to, changed_at: now })
      .where('user_id', '=', user)
      .where('password_hash', '=', from);
    const changed = this.#query
      .selectFrom('credentials')
      .select('user_id')
      .where('user_id', '=', user)
      .where('password_hash', '=', to);
    const token = this.#query
      .updateTable('devices')
      .set({ token_hash: tokenHash })
      .where('user_id', 'in', changed)
      .where('id', '=', device);
    const others = this.#query
      .deleteFrom('devices')
      .where('user_id', 'in', changed)
      .where('id', '!=', device)
      .returning('id');
    const [update, , removal] = await this.#sql.write([password, token, others].map(toStatement));
    return update?.changes === 1 ? removal?.rows.map(({ id }) => String(id)) : undefined;
  }

  /** Disables the account and signs all its devices out, if it still has this role; false if not. */
  async disable({ id, role }: { readonly id: string; readonly role: Role }): Promise<boolean> {
    const disable = this.#query.updateTable('users').set({ disabled: 1 }).where('id', '=', id).where('role', '=', role);
    const disabled = this.#query.selectFrom('users').select('id').where('id', '=', id).where('disabled', '=', 1);
    const removal = this.#query.deleteFrom('devices').where('user_id', 'in', disabled);
    const [changed] = await this.#sql.write([toStatement(disable), toStatement(removal)]);
    return changed?.changes === 1;
  }
}

export type PasswordChange = {
  readonly user: string;
  /** The device that stays signed in. */
  readonly device: string;
  /** The hash of the device's new token. */
  readonly tokenHash: string;
  readonly from: string;
  readonly to: string;
  readonly now: number;
};
