import {
  type Compilable,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql as template,
} from 'kysely';
import { ASSIGNED_OFFSET, type Write } from '../../ports/log.ts';
import type { Sql, SqlValue, Statement } from '../../ports/sql.ts';

/**
 * Kysely over the Sql port: a select becomes `sql.read`, everything else `sql.write` with one statement, durable when
 * it resolves. Rejects like the port (`ConstraintError`). To commit several changes together, build them with it,
 * convert them with `toStatement`, and pass them to `sql.write` in one call; `transaction()` throws.
 */
export function createQuery<Tables>(sql: Sql): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new PortDriver(sql),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** A statement typed with its rows. */
export type StatementOf<Result> = Statement & { readonly result?: Result };

/** Converts a query to a statement for `sql.read` or `sql.write`. Throws `TypeError` for an unsupported value. */
export function toStatement<Result>(query: Compilable<Result>): StatementOf<Result> {
  const { sql, parameters } = query.compile();
  return { sql, params: parameters.map(asSqlValue) };
}

/** Converts a query to a write that commits with a publication; may contain `assignedOffset`. */
export function toWrite(query: Compilable): Write {
  const { sql, parameters } = query.compile();
  return { sql, params: parameters.map(asWriteValue) };
}

/** The placeholder for the publication's offset, in a query for `toWrite`. */
export const assignedOffset: RawBuilder<number> = template.val<unknown>(ASSIGNED_OFFSET).$castTo<number>();

/** The rows of a statement, typed by its query. */
export async function readRows<Result>(sql: Sql, statement: StatementOf<Result>): Promise<readonly Result[]> {
  return (await sql.read(statement)) as readonly Result[];
}

/** The value `values` has under this name when a prepared statement is used. */
export type Parameter<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>;

/**
 * Builds a query once, for the paths where building it again each time would cost more than running it:
 *
 *     const byToken = prepareStatement<{ token: string }>()((value) =>
 *       query.selectFrom('sessions').select('user_id').where('token', '=', value('token')));
 *     const rows = await readRows(sql, byToken({ token }));
 */
export function prepareStatement<Values extends Readonly<Record<string, SqlValue>>>() {
  return <Result>(build: (value: Parameter<Values>) => Compilable<Result>) => {
    const { sql, parameters } = build((name) => template.val<unknown>(new Placeholder(name)).$castTo()).compile();
    const fixed = parameters.map((value) => (value instanceof Placeholder ? value : asSqlValue(value)));
    return (values: Values): StatementOf<Result> => ({
      sql,
      params: fixed.map((value) => (value instanceof Placeholder ? asSqlValue(values[value.name]) : value)),
    });
  };
}

class Placeholder {
  constructor(readonly name: string) {}
}

function asSqlValue(value: unknown): SqlValue {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  throw new TypeError(`not a value for a database: ${typeof value}`);
}

function asWriteValue(value: unknown): SqlValue | typeof ASSIGNED_OFFSET {
  return value === ASSIGNED_OFFSET ? ASSIGNED_OFFSET : asSqlValue(value);
}

class PortDriver implements Driver {
  readonly #connection: PortConnection;
  constructor(sql: Sql) {
    this.#connection = new PortConnection(sql);
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
  beginTransaction(): Promise<void> {
    return refuseTransaction();
  }
  commitTransaction(): Promise<void> {
    return refuseTransaction();
  }
  rollbackTransaction(): Promise<void> {
    return refuseTransaction();
  }
}

async function refuseTransaction(): Promise<void> {
  throw new Error('no open transactions over the Sql port: give all statements to sql.write in one call');
}

class PortConnection implements DatabaseConnection {
  constructor(private readonly sql: Sql) {}

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const statement = { sql: compiled.sql, params: compiled.parameters.map(asSqlValue) };
    if (isRead(compiled)) return { rows: [...(await this.sql.read(statement))] as R[] };
    const [result] = await this.sql.write([statement]);
    if (result === undefined) throw new Error('sql.write gave no result for its statement');
    return { rows: [...result.rows] as R[], numAffectedRows: BigInt(result.changes) };
  }

  // biome-ignore lint/correctness/useYield: Kysely requires a generator; the port has no cursors to read from.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('no streaming over the Sql port: read in pages');
  }
}

function isRead({ query, sql }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' || (query.kind === 'RawNode' && /^\s*select\b/i.test(sql));
}
