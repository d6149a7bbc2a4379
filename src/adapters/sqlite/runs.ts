import { Database } from 'bun:sqlite';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the database: the same run that the database itself names, as long as nobody exchanged one of the two. */
export const RUN_FILE = 'banyan.run';

/**
 * Gives the log a new epoch when the database is not as the last run left it: a backup was restored, or the folder is
 * a copy. Its offsets may have been given to other publications, and clients that have seen those must begin anew
 * (OR5). Two marks tell: which file it is on this disk, and the name of the last run, which stands in the database and
 * in a file beside it. A crash between writing the two costs a needless new epoch. Gives whether there is a new one.
 *
 * See docs/decisions/0005-a-restored-database.md for what this can't see.
 */
export function beginRun(folder: string, file: string): boolean {
  const db = new Database(file);
  try {
    const last = marksIn(db);
    const isAsLeft = last.run === undefined || (last.run === runBeside(folder) && last.file === identityOf(file));
    if (!isAsLeft) db.run(`UPDATE log_meta SET value = lower(hex(randomblob(4))) WHERE name = 'epoch'`);
    mark(db, folder, file);
    return !isAsLeft;
  } finally {
    db.close();
  }
}

/** Names another run, so that a backup taken during this one does not pass for what it leaves behind. */
export function endRun(folder: string, file: string): void {
  const db = new Database(file);
  try {
    mark(db, folder, file);
  } finally {
    db.close();
  }
}

function marksIn(db: Database): { readonly run?: string; readonly file?: string } {
  const rows = db.query(`SELECT name, value FROM log_meta WHERE name IN ('run', 'file')`).values();
  return Object.fromEntries(rows);
}

function runBeside(folder: string): string | undefined {
  const file = join(folder, RUN_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function mark(db: Database, folder: string, file: string): void {
  const run = randomBytes(8).toString('hex');
  const set = db.query('INSERT OR REPLACE INTO log_meta (name, value) VALUES (?, ?), (?, ?)');
  set.run('run', run, 'file', identityOf(file));
  set.finalize();
  writeFileSync(join(folder, RUN_FILE), `${run}\n`);
}

/** Differs between a file and its copy. */
function identityOf(file: string): string {
  const { ino, birthtimeNs } = statSync(file, { bigint: true });
  return `${ino}-${birthtimeNs}`;
}
