import { Database } from 'bun:sqlite';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_MIGRATIONS } from './schema.ts';

/** One forward step of the schema: plain statements that run in one transaction. */
export type SchemaStep = { readonly id: string; readonly statements: readonly string[] };

/** The data folder cannot be used; the message is one line for the person who starts the program. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

export const DATABASE_FILE = 'banyan.db';
const LOCK_FILE = 'banyan.lock';

/** Held while a process uses the data folder; the operating system frees it when the process dies. */
export type FolderLock = { release(): void };

/**
 * Makes the folder if it is missing and takes it for this process. SQLite's own file lock serves as the lock,
 * because it works on every system that Bun runs on and dies with the process.
 *
 * @throws DataFolderError when another process has it, or it cannot be written.
 */
export function lockFolder(folder: string): FolderLock {
  try {
    // For its user alone: it holds what people write, and secrets of apps.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = new Database(join(folder, LOCK_FILE), { create: true });
    lock.run('PRAGMA journal_mode = DELETE');
    lock.run('BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_BUSY') throw new DataFolderError(`data folder ${folder} is in use by another Banyan`);
    throw new DataFolderError(`data folder ${folder} cannot be written (${(error as Error).message})`);
  }
}

/**
 * Brings the folder's database to the present schema; safe to call again.
 *
 * @throws DataFolderError when a newer version of the program has written the database, or it cannot be read or
 * written. Nothing is changed then.
 */
export function migrateDatabase(folder: string, featureSteps: readonly SchemaStep[]): string {
  const file = join(folder, DATABASE_FILE);
  const steps: readonly SchemaStep[] = [...LOG_MIGRATIONS, ...featureSteps];
  try {
    if (existsSync(file)) {
      // SQLite would open what may not be written for reading alone, and say nothing until the first write.
      accessSync(file, constants.R_OK | constants.W_OK);
      refuseNewer(file, steps);
    }
    migrate(file, steps);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(`${file} cannot be used (${oneLine((error as Error).message)})`);
  }
  return file;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function migrate(file: string, steps: readonly SchemaStep[]): void {
  const db = new Database(file, { create: true });
  try {
    db.run('PRAGMA journal_mode = WAL');
    db.run('PRAGMA synchronous = FULL');
    // The files beside the database can be read-only too: better to fail now than at somebody's first message.
    db.run('BEGIN IMMEDIATE');
    db.run('ROLLBACK');
    db.run('CREATE TABLE IF NOT EXISTS schema_steps (id TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID');
    const applied = appliedSteps(db);
    for (const step of steps) if (!applied.has(step.id)) applyStep(db, step);
  } finally {
    db.close();
  }
}

function refuseNewer(file: string, steps: readonly SchemaStep[]): void {
  const db = openExisting(file);
  try {
    const known = new Set(steps.map((step) => step.id));
    const unknown = [...appliedSteps(db)].find((id) => !known.has(id));
    if (unknown !== undefined) {
      throw new DataFolderError(`${file} was written by a newer version of Banyan (it has ${unknown}); update first`);
    }
  } finally {
    db.close();
  }
}

/** Opened for looking only: a reader would leave a WAL file behind where there was none, a writer bring one in. */
function openExisting(file: string): Database {
  try {
    const db = new Database(file, existsSync(`${file}-wal`) ? { readonly: true } : { readwrite: true });
    db.query('SELECT count(*) FROM sqlite_master').get();
    return db;
  } catch (error) {
    // A WAL file left by a crash can only be read after recovery, which needs a writable handle.
    if ((error as { code?: string }).code?.startsWith('SQLITE_CANTOPEN'))
      return new Database(file, { readwrite: true });
    throw new DataFolderError(`${file} is not a Banyan database (${(error as Error).message})`);
  }
}

function appliedSteps(db: Database): Set<string> {
  const table = db.query(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_steps'`).get();
  if (table === null) return new Set();
  return new Set(
    db
      .query('SELECT id FROM schema_steps')
      .values()
      .map(([id]) => String(id)),
  );
}

/** All of the step or nothing. Not by `db.transaction`, whose statements keep the file open after `close`. */
function applyStep(db: Database, step: SchemaStep): void {
  db.run('BEGIN IMMEDIATE');
  try {
    for (const statement of step.statements) db.run(statement);
    db.run('INSERT INTO schema_steps (id, applied_at) VALUES (?, ?)', [step.id, Date.now()]);
    db.run('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.run('ROLLBACK');
    throw error;
  }
}
