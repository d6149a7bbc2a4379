import type { Selectable } from 'kysely';
import { createQuery, toStatement } from '../../core/operations/query.ts';
import type { Sql } from '../../ports/sql.ts';
import type { PlatformTables } from './tables.ts';

export type ApiKeyRow = Selectable<PlatformTables['api_keys']>;

/** The table of API keys. */
export class ApiKeyStore {
  readonly #sql: Sql;
  readonly #query;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#query = createQuery<PlatformTables>(sql);
  }

  /** Newest first. */
  async list(): Promise<readonly ApiKeyRow[]> {
    return this.#query.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  }

  async byId(id: string): Promise<ApiKeyRow | undefined> {
    return (await this.#query.selectFrom('api_keys').selectAll().where('id', '=', id).execute())[0];
  }

  /** Adds it, and removes those revoked before `revokedBefore`. */
  async add(row: ApiKeyRow, revokedBefore: number): Promise<void> {
    const old = this.#query.deleteFrom('api_keys').where('revoked_at', '<', revokedBefore);
    await this.#sql.write([toStatement(old), toStatement(this.#query.insertInto('api_keys').values(row))]);
  }

  async update(id: string, changes: Pick<ApiKeyRow, 'name' | 'methods' | 'namespaces'>): Promise<void> {
    await this.#query.updateTable('api_keys').set(changes).where('id', '=', id).execute();
  }

  async revoke(id: string, now: number): Promise<void> {
    await this.#query.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', id).execute();
  }
}
