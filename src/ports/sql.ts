export type SqlValue = string | number | bigint | null | Uint8Array;

/** One SQL statement with positional parameters (`?`). Reuse the same `sql` text: adapters cache by it. */
export type Statement = { readonly sql: string; readonly params: readonly SqlValue[] };

export type Row = Readonly<Record<string, SqlValue>>;

/** Rows of a `RETURNING` clause (otherwise empty), and the number of changed rows. */
export type WriteResult = { readonly rows: readonly Row[]; readonly changes: number };

/** Thrown by `write` and `Log.append` if a constraint of the schema refuses the change. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

/**
 * The features' own tables. No open transaction crosses this port, so that every database (including Durable Objects)
 * can implement it, and no lock is held while JavaScript waits.
 */
export interface Sql {
  /** Reads. Sees every write whose promise has resolved. Integers are returned as numbers. */
  read(statement: Statement): Promise<readonly Row[]>;
  /**
   * Runs all statements in one transaction, all or none; resolves when it is durable (see `Log.append`). Rejects with
   * `ConstraintError` if a constraint refuses one of them.
   */
  write(statements: readonly Statement[]): Promise<readonly WriteResult[]>;
}
