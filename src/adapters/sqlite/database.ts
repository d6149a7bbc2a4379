import type { Log } from '../../ports/log.ts';
import type { Sql } from '../../ports/sql.ts';
import { SqliteLog } from './log.ts';
import { lockFolder, migrateDatabase, type SchemaStep } from './open.ts';
import { SqliteSql } from './sql.ts';
import { Thread } from './thread.ts';

export type SqliteDatabase = {
  readonly log: Log;
  readonly sql: Sql;
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
    const writer = new Thread('writer', file, onDeath);
    const reader = new Thread('reader', file, onDeath);
    const log = new SqliteLog(writer, reader);
    const close = async () => {
      await log.close();
      lock.release();
    };
    return { log, sql: new SqliteSql(writer, reader), close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
