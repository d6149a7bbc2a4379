import type { Sql } from '../../ports/sql.ts';
import { SqliteLog } from './log.ts';
import { lockFolder, migrateDatabase, type SchemaStep } from './open.ts';
import { beginRun, endRun } from './runs.ts';
import { SqliteSql } from './sql.ts';
import { Thread } from './thread.ts';

export type SqliteDatabase = {
  readonly log: SqliteLog;
  readonly sql: Sql;
  /** The database is not as the last run left it, so its log began a new epoch; see `beginRun`. */
  readonly isRestored: boolean;
  /** Commits what was accepted, closes both threads and frees the folder. */
  close(): Promise<void>;
};

/**
 * Opens the data folder: takes its lock, brings the schema up to date, starts the writer's and the reader's threads.
 *
 * @throws DataFolderError with one line for the operator when the folder is in use, not writable or too new.
 */
export function openDatabase(
  folder: string,
  steps: readonly SchemaStep[],
  onDeath: (error: Error) => void,
): SqliteDatabase {
  const lock = lockFolder(folder);
  try {
    const file = migrateDatabase(folder, steps);
    const isRestored = beginRun(folder, file);
    const writer = new Thread('writer', file, onDeath);
    const reader = new Thread('reader', file, onDeath);
    const log = new SqliteLog(writer, reader);
    const close = async () => {
      await log.close();
      endRun(folder, file);
      lock.release();
    };
    return { log, sql: new SqliteSql(writer, reader), isRestored, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
