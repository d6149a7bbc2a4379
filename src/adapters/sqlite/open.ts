import { Database } from 'bun:sqlite';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openExisting } from './open-existing.ts';
import { RUN_FILE } from './run-file.ts';
import { LOG_MIGRATIONS } from './schema.ts';

/** One schema step: plain statements that run in one transaction. */
export type SchemaStep = { readonly id: string; readonly statements: readonly string[] };

/** The data folder cannot be used; the message is one line for the operator. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

export const DATABASE_FILE = 'banyan.db';
/** Suffix of the database's name: a repair's complete output before it replaces the database. */
export const REPAIRED_SUFFIX = '.repaired';
const LOCK_FILE = 'banyan.lock';

/** Held while a process uses the data folder; the operating system releases it when the process dies. */
export type FolderLock = { release(): void };

/**
 * Creates the folder if it is missing and locks it for this process. SQLite's own file lock is used, because it works
 * on every system Bun runs on and dies with the process.
 *
 * @throws DataFolderError if another process has it, or it is not writable.
 */
export function lockFolder(folder: string): FolderLock {
  try {
    // For its user only: it contains people's messages, and secrets of apps.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseWrongKinds(folder);
    const lock = new Database(join(folder, LOCK_FILE), { create: true });
    lock.run('PRAGMA journal_mode = DELETE');
    lock.run('BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_NOTADB') {
      throw new DataFolderError(`${join(folder, LOCK_FILE)} is damaged; remove it, it contains no data`);
    }
    if (code === 'SQLITE_BUSY') throw new DataFolderError(`data folder ${folder} is in use by another Banyan`);
    throw new DataFolderError(`data folder ${folder} cannot be written (${(error as Error).message})`);
  }
}

/** The files a server reads and writes in its folder, besides `blobs`. */
const OWN_FILES = [
  LOCK_FILE,
  `${LOCK_FILE}-journal`,
  RUN_FILE,
  DATABASE_FILE,
  `${DATABASE_FILE}-wal`,
  `${DATABASE_FILE}-shm`,
];

/** Through a link the server would write outside of its folder; only plain files are usable. */
function refuseWrongKinds(folder: string): void {
  for (const path of OWN_FILES.map((name) => join(folder, name))) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) continue;
    const kind = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'not a plain file';
    throw new DataFolderError(`${path} is ${kind}, and must be a plain file; move it away, or link the folder instead`);
  }
}

const RESCUE = 'bring the folder back from a backup (docs/operations.md, "Damaged data")';

/** Runs what needs the database. Throws `DataFolderError`, one line, if that fails. */
export function orUnusable<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(`${file} cannot be used (${oneLine((error as Error).message)})`);
  }
}

/**
 * Refuses a database written by a newer version, one that is not readable and writable, or a missing one where there
 * was one. Changes nothing. Returns its file, which need not exist yet.
 *
 * @throws DataFolderError
 */
export function checkDatabase(folder: string, featureSteps: readonly SchemaStep[]): string {
  const file = join(folder, DATABASE_FILE);
  const why = whyMissing(folder);
  if (why !== undefined) throw new DataFolderError(why);
  if (!existsSync(file)) return file;
  orUnusable(file, () => {
    // SQLite would open a read-only file silently, and fail at the first write.
    for (const path of [file, `${file}-wal`, `${file}-shm`, join(folder, RUN_FILE)]) {
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    }
    refuseNewer(file, [...LOG_MIGRATIONS, ...featureSteps]);
  });
  return file;
}

/** Migrates the database to the current schema; safe to call again. Throws `DataFolderError` on failure. */
export function migrateDatabase(file: string, featureSteps: readonly SchemaStep[]): void {
  orUnusable(file, () => migrate(file, [...LOG_MIGRATIONS, ...featureSteps]));
}

/** Traces of a former database in a folder, by file name. */
const TRACES = [RUN_FILE, `${DATABASE_FILE}-wal`, 'blobs'];

/** Why the folder cannot be used without a database: traces of a former one remain. Undefined if there are none. */
export function whyMissing(folder: string): string | undefined {
  const file = join(folder, DATABASE_FILE);
  if (existsSync(`${file}${REPAIRED_SUFFIX}`)) {
    return `a repair of ${file} was interrupted when it was almost done; run "repair" again`;
  }
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const traces = size > 0 ? [] : TRACES.filter((name) => hasContent(join(folder, name)));
  return traces.length > 0 ? missing(file, traces) : undefined;
}

function missing(file: string, traces: readonly string[]): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  const how = size === undefined ? 'is missing' : size === 0 ? 'is empty' : 'has no tables';
  return `${file} ${how}, but there is ${traces.join(' and ')} of a former one: put it back, from a backup if need be, or move the rest to another folder to start with an empty database`;
}

function hasContent(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.isDirectory() ? readdirSync(path).length > 0 : found.size > 0);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function migrate(file: string, steps: readonly SchemaStep[]): void {
  const db = new Database(file, { create: true });
  try {
    db.run('PRAGMA journal_mode = WAL');
    db.run('PRAGMA synchronous = FULL');
    // The files beside the database can be read-only too: better to fail now than at the first message.
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
  const db = openKnown(file);
  try {
    const applied = appliedSteps(db);
    if (applied.size === 0 && existsSync(join(dirname(file), RUN_FILE))) {
      throw new DataFolderError(missing(file, [RUN_FILE]));
    }
    const known = new Set(steps.map((step) => step.id));
    const unknown = [...applied].find((id) => !known.has(id));
    if (unknown !== undefined) {
      throw new DataFolderError(`${file} was written by a newer version of Banyan (it has ${unknown}); update first`);
    }
  } finally {
    db.close();
  }
}

/** Like `openExisting`; throws `DataFolderError` if it is not a database. */
function openKnown(file: string): Database {
  try {
    return openExisting(file);
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('SQLITE_CANTOPEN')) throw error;
    throw new DataFolderError(`${file} is not a Banyan database (${(error as Error).message}); ${RESCUE}`);
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

/** All of the step or nothing. `db.transaction` is not used, as its statements keep the file open after `close`. */
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
