import { Database } from 'bun:sqlite';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openExisting } from './open-existing.ts';
import { RUN_FILE } from './run-file.ts';
import { LOG_MIGRATIONS } from './schema.ts';

/** One forward step of the schema: plain statements that run in one transaction. */
export type SchemaStep = { readonly id: string; readonly statements: readonly string[] };

/** The data folder cannot be used; the message is one line for the person who starts the program. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

export const DATABASE_FILE = 'banyan.db';
/** Behind the database's name: what a repair has made, when it is whole and not yet in the database's place. */
export const REPAIRED_SUFFIX = '.repaired';
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
    refuseWrongKinds(folder);
    const lock = new Database(join(folder, LOCK_FILE), { create: true });
    lock.run('PRAGMA journal_mode = DELETE');
    lock.run('BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_NOTADB') {
      throw new DataFolderError(`${join(folder, LOCK_FILE)} is damaged; remove it, it holds no data`);
    }
    if (code === 'SQLITE_BUSY') throw new DataFolderError(`data folder ${folder} is in use by another Banyan`);
    throw new DataFolderError(`data folder ${folder} cannot be written (${(error as Error).message})`);
  }
}

/** The files that a server reads and writes in its folder, besides `blobs`. */
const OWN_FILES = [
  LOCK_FILE,
  `${LOCK_FILE}-journal`,
  RUN_FILE,
  DATABASE_FILE,
  `${DATABASE_FILE}-wal`,
  `${DATABASE_FILE}-shm`,
];

/** A link would have the server write to a file outside of its folder; nothing but a plain file can be used at all. */
function refuseWrongKinds(folder: string): void {
  for (const path of OWN_FILES.map((name) => join(folder, name))) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) continue;
    const kind = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'no plain file';
    throw new DataFolderError(`${path} is ${kind}, and must be a plain file; move it away, or link the folder instead`);
  }
}

const RESCUE = 'bring the folder back from a backup (docs/operations.md, "Damaged data")';

/** Runs what needs the database. Throws `DataFolderError`, one line, when that fails. */
export function orUnusable<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(`${file} cannot be used (${oneLine((error as Error).message)})`);
  }
}

/**
 * Refuses a database that a newer version of the program has written, that cannot be read or written, or that is missing
 * where there was one. Changes nothing. Gives its file, which need not be there yet.
 *
 * @throws DataFolderError
 */
export function checkDatabase(folder: string, featureSteps: readonly SchemaStep[]): string {
  const file = join(folder, DATABASE_FILE);
  const why = whyMissing(folder);
  if (why !== undefined) throw new DataFolderError(why);
  if (!existsSync(file)) return file;
  orUnusable(file, () => {
    // SQLite would open what may not be written for reading alone, and say nothing until the first write.
    for (const path of [file, `${file}-wal`, `${file}-shm`, join(folder, RUN_FILE)]) {
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    }
    refuseNewer(file, [...LOG_MIGRATIONS, ...featureSteps]);
  });
  return file;
}

/** Brings the database to the present schema; safe to call again. Throws `DataFolderError` when it can't. */
export function migrateDatabase(file: string, featureSteps: readonly SchemaStep[]): void {
  orUnusable(file, () => migrate(file, [...LOG_MIGRATIONS, ...featureSteps]));
}

/** What a folder has of ours where there was a database, by its name in the folder. */
const TRACES = [RUN_FILE, `${DATABASE_FILE}-wal`, 'blobs'];

/** Why the folder can't be used though there is no database: something of a former one is left. Undefined when all is well. */
export function whyMissing(folder: string): string | undefined {
  const file = join(folder, DATABASE_FILE);
  if (existsSync(`${file}${REPAIRED_SUFFIX}`)) {
    return `a repair of ${file} was interrupted when it was nearly done; run "repair" again`;
  }
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const traces = size > 0 ? [] : TRACES.filter((name) => hasContent(join(folder, name)));
  return traces.length > 0 ? missing(file, traces) : undefined;
}

function missing(file: string, traces: readonly string[]): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  const how = size === undefined ? 'is missing' : size === 0 ? 'is empty' : 'has no tables';
  return `${file} ${how}, but there is ${traces.join(' and ')} of a former one: put it back, from a backup if need be, or move what is left to another folder to begin anew`;
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

/** As `openExisting`; throws `DataFolderError` where it is none. */
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
