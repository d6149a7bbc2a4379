import type { Row, Sql, Statement, WriteResult } from '../../ports/sql.ts';
import type { Thread } from './thread.ts';

/** The features' tables, in the same file and the same group commit as the log. */
export class SqliteSql implements Sql {
  readonly #writer: Thread;
  readonly #reader: Thread;

  constructor(writer: Thread, reader: Thread) {
    this.#writer = writer;
    this.#reader = reader;
  }

  read({ sql, params }: Statement): Promise<readonly Row[]> {
    return this.#reader.ask({ kind: 'query', sql, params });
  }

  write(statements: readonly Statement[]): Promise<readonly WriteResult[]> {
    return this.#writer.ask({ kind: 'write', statements: statements.map(({ sql, params }) => [sql, params] as const) });
  }
}
