import type { Selectable } from 'kysely';
import type { AppSettings } from '../../contracts/app-settings.ts';
import { createQuery } from '../../core/operations/query.ts';
import type { Sql } from '../../ports/sql.ts';
import type { PlatformTables } from './tables.ts';

/** An app created at run time. */
export type StoredApp = {
  readonly settings: AppSettings;
  readonly name: string;
  readonly createdAt: number;
  readonly createdBy: string;
};

/** The table of apps. */
export class AppStore {
  readonly #query;

  constructor(sql: Sql) {
    this.#query = createQuery<PlatformTables>(sql);
  }

  /** Newest first. */
  async list(): Promise<readonly StoredApp[]> {
    const rows = await this.#query.selectFrom('apps').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
    return rows.map(toApp);
  }

  async byId(id: string): Promise<StoredApp | undefined> {
    const [row] = await this.#query.selectFrom('apps').selectAll().where('id', '=', id).execute();
    return row && toApp(row);
  }

  /** Rejects with `ConstraintError` if this id or key exists. */
  async add({ settings, name, createdAt, createdBy }: StoredApp): Promise<void> {
    const { id, key, secret, namespace, ...rest } = settings;
    const row = { id, app_key: key, secret, namespace, name, settings: JSON.stringify(rest) };
    await this.#query
      .insertInto('apps')
      .values({ ...row, created_at: createdAt, created_by: createdBy })
      .execute();
  }

  async update({ settings, name }: StoredApp): Promise<void> {
    const { id, key: _key, namespace: _namespace, secret, ...rest } = settings;
    const changes = { name, secret, settings: JSON.stringify(rest) };
    await this.#query.updateTable('apps').set(changes).where('id', '=', id).execute();
  }

  async remove(id: string): Promise<void> {
    await this.#query.deleteFrom('apps').where('id', '=', id).execute();
  }
}

type Rest = Omit<AppSettings, 'id' | 'key' | 'secret' | 'namespace'>;

function toApp({
  id,
  app_key,
  secret,
  namespace,
  name,
  settings,
  ...row
}: Selectable<PlatformTables['apps']>): StoredApp {
  const rest = JSON.parse(settings) as Rest;
  return {
    ...{ settings: { id, key: app_key, secret, namespace, ...rest }, name },
    ...{ createdAt: row.created_at, createdBy: row.created_by },
  };
}
