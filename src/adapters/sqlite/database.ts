import type { Sql } from '../../ports/sql.ts';
import { Checkpoints } from './checkpoints.ts';
import { Health, type RecordEvent } from './health.ts';
import { SqliteLog } from './log.ts';
import { checkDatabase, lockFolder, migrateDatabase, orUnusable, type SchemaStep } from './open.ts';
import { allowCheckpoint, beginRun, endRun, inspectLastRun, type LastRun, type NewEpoch } from './runs.ts';
import { SqliteSql } from './sql.ts';
import { Thread } from './thread.ts';

export type SqliteDatabase = {
  readonly log: SqliteLog;
  readonly sql: Sql;
  /** Why the log began a new epoch: the database is not as the last run left it. */
  readonly newEpoch: NewEpoch | undefined;
  /** One line that says what is damaged; undefined if no damage is known. */
  damage(): string | undefined;
  /** Rejects while writes are impossible: the disk is full, or a file of the database is gone. */
  checkWrites(): Promise<void>;
  /** Commits what was accepted, closes all threads and releases the folder. */
  close(): Promise<void>;
};

/**
 * Opens the data folder: takes its lock, migrates the schema, starts the threads. After an unclean stop all pages are
 * checked in the background.
 *
 * @throws DataFolderError with one line for the operator if the folder is in use, not writable or too new, or has lost
 * its database.
 */
export function openDatabase(
  folder: string,
  steps: readonly SchemaStep[],
  onDeath: (error: Error) => void,
  record: RecordEvent = () => undefined,
): SqliteDatabase {
  const lock = lockFolder(folder);
  try {
    const file = checkDatabase(folder, steps);
    const left = orUnusable(file, () => inspectLastRun(folder, file));
    allowCheckpoint(folder, left);
    migrateDatabase(file, steps);
    return run({ folder, file, left, onDeath, record, release: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}

type Opened = {
  readonly folder: string;
  readonly file: string;
  readonly left: LastRun;
  readonly onDeath: (error: Error) => void;
  readonly record: RecordEvent;
  readonly release: () => void;
};

function run({ folder, file, left, onDeath, record, release }: Opened): SqliteDatabase {
  const mark = orUnusable(file, () => beginRun(folder, file, left));
  const health = new Health(file, record);
  const events = { onDeath, onFailure: (code: string, message: string) => health.failed(code, message) };
  const writer = orUnusable(file, () => new Thread({ open: 'writer', file, mark }, events));
  const reader = orUnusable(file, () => new Thread({ open: 'reader', file, isSuspect: left.isUnclean }, events));
  const log = new SqliteLog(writer, reader, () => health.sawDamage());
  const checkpoints = new Checkpoints({
    file,
    finish: () => writer.ask({ kind: 'checkpoint' }),
    onFailure: (error) => record('warn', 'database.checkpoint_failed', { error }),
    onDeath: (error) => record('warn', 'database.checkpointer_replaced', { error }),
  });
  if (left.isUnclean) health.checkInBackground();
  const sql = new SqliteSql(writer, reader);
  return {
    ...{ log, sql, newEpoch: left.newEpoch },
    damage: () => health.damage,
    checkWrites: () => checkWrites(sql, health),
    close: async () => {
      await checkpoints.close();
      // Checks whether the files still exist.
      await sql.write([]).catch(() => undefined);
      await log.close();
      checkpoints.release();
      // Otherwise the next start must treat this stop as unclean, and check again.
      if (health.isWell) endRun(folder, file, left.boot);
      health.close();
      release();
    },
  };
}

/** The default size limit of a client's frame. */
const PROBE = 'x'.repeat(65_536);

/** An empty transaction; after a failure one of some size, since a small one may still fit. */
async function checkWrites(sql: Sql, health: Health): Promise<void> {
  if (health.isFull) {
    await sql.write([{ sql: `INSERT OR REPLACE INTO log_meta (name, value) VALUES ('probe', ?)`, params: [PROBE] }]);
    await sql.write([{ sql: `DELETE FROM log_meta WHERE name = 'probe'`, params: [] }]);
  } else await sql.write([]);
  health.written();
}
