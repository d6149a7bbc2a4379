export type SqlValue = string | number | bigint | null | Uint8Array;

/** One SQL statement with positional parameters (`?`). Reuse the same `sql` text: adapters cache by it. */
export type Statement = { readonly sql: string; readonly params: readonly SqlValue[] };

export type Row = Readonly<Record<string, SqlValue>>;

/** Rows of a `RETURNING` clause (else empty), and how many rows the statement changed. */
export type WriteResult = { readonly rows: readonly Row[]; readonly changes: number };

/** Thrown by `write` and `Log.append` when a constraint of the schema refuses the change. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

/**
 * The features' own tables. No open transactions cross this port, so that every database (Durable Objects
 * included) can keep it, and no lock is held while JavaScript waits.
 */
export interface Sql {
  /** Reads. Sees every write whose promise has resolved. Integers come back as numbers. */
  read(statement: Statement): Promise<readonly Row[]>;
  /**
   * Runs all statements in one transaction, all or none; resolves when it is durable (see `Log.append`).
   * Rejects with `ConstraintError` when a constraint refuses one of them.
   */
  write(statements: readonly Statement[]): Promise<readonly WriteResult[]>;
}
