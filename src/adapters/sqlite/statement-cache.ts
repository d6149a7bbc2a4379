import type { Database, Statement } from 'bun:sqlite';

export type StatementCache = {
  /** The statement of this text, prepared now or earlier. */
  prepare(sql: string): Statement;
  /** Finalizes them all: a connection with prepared statements keeps its file open when it is closed. */
  clear(): void;
};

const KEPT = 400;

/** Prepared statements by text, least recently used dropped first. */
export function statementCache(db: Database): StatementCache {
  const statements = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known !== undefined) {
      // Most texts stay hot; reordering them only when the cache is nearly full keeps this path cheap.
      if (statements.size > KEPT / 2) {
        statements.delete(sql);
        statements.set(sql, known);
      }
      return known;
    }
    const prepared = db.prepare(sql);
    statements.set(sql, prepared);
    if (statements.size > KEPT) dropOldest(statements);
    return prepared;
  };
  const clear = () => {
    for (const statement of statements.values()) statement.finalize();
    statements.clear();
  };
  return { prepare, clear };
}

function dropOldest(statements: Map<string, Statement>): void {
  for (const [sql, statement] of statements) {
    statements.delete(sql);
    statement.finalize();
    return;
  }
}
