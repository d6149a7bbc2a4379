import { Database } from 'bun:sqlite';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { openExisting } from './open-existing.ts';
import { bootId, type RunMark, readRunFile, type StoredMark, writeRunFile } from './run-file.ts';
import { NO_WAL, shortfall, UNREADABLE_WAL, type WalPlace, walPlaceOf } from './wal-place.ts';

/**
 * Why the log begins a new epoch. `restored`: a backup was restored, or the folder is a copy. `shortened`: acknowledged
 * publications are missing. `powerLoss`: the machine went down while the server ran, so it is unknown whether the disk
 * kept its data, or whether this is an earlier snapshot of the whole disk. `unmarked`: the run file is damaged.
 */
export type NewEpoch = {
  readonly why: 'restored' | 'shortened' | 'powerLoss' | 'unmarked';
  readonly detail: string;
};

/** The state left by the last run, and its consequences. */
export type LastRun = {
  readonly mark: StoredMark;
  readonly boot: string;
  readonly newEpoch: NewEpoch | undefined;
  /** It has not stopped cleanly. */
  readonly isUnclean: boolean;
};

/**
 * Checks whether the database is as the last run left it, before anything is opened for writing. If it is not, its
 * offsets may have been given to other publications, and clients that have seen those must start again (OR5). The marks
 * are: the file's identity on this disk; the name of the last run, in the database and in the run file; the log
 * position last acknowledged; and the machine's boot id. A crash between writing the two names causes a needless new
 * epoch.
 *
 * See docs/decisions/0005-a-restored-database.md and 0029-a-mark-outside-the-log.md for what this cannot detect.
 */
export function inspectLastRun(folder: string, file: string): LastRun {
  const [mark, boot] = [readRunFile(folder), bootId()];
  const hasWal = existsSync(`${file}-wal`);
  const isUnclean = hasWal || mark.kind === 'damaged' || (mark.kind === 'whole' && mark.state !== 'shut');
  if (!existsSync(file)) return { mark, boot, newEpoch: undefined, isUnclean: false };
  const wal = walPlaceOf(file);
  const db = openExisting(file);
  try {
    return {
      mark,
      boot,
      newEpoch: whyNewEpoch({ inside: marksIn(db), file: identityOf(file), mark, wal, boot }),
      isUnclean,
    };
  } finally {
    db.close();
  }
}

/** From here on SQLite may checkpoint and remove the write-ahead log: a missing one is no loss then. */
export function allowCheckpoint(folder: string, { mark, newEpoch }: LastRun): void {
  if (mark.kind === 'whole' && mark.state === 'open' && newEpoch === undefined) {
    const { run, boot, wal } = mark;
    writeRunFile(folder, { run, boot, wal, state: 'closing' });
  }
}

/** Begins a new epoch if needed, and names the run; returns the mark now in the run file. */
export function beginRun(folder: string, file: string, { newEpoch, boot }: LastRun): RunMark {
  const db = new Database(file, { readwrite: true });
  try {
    // In a damaged database even the epoch's row may be missing.
    const verb = newEpoch === undefined ? 'INSERT OR IGNORE' : 'INSERT OR REPLACE';
    db.run(`${verb} INTO log_meta (name, value) VALUES ('epoch', lower(hex(randomblob(4))))`);
    return nameRun(db, folder, file, { state: 'open', boot });
  } finally {
    db.close();
  }
}

/** Names another run, so that a backup taken during this one is not mistaken for its final state. */
export function endRun(folder: string, file: string, boot: string): void {
  const db = new Database(file, { readwrite: true });
  try {
    nameRun(db, folder, file, { state: 'shut', boot });
  } finally {
    db.close();
  }
}

type MarksInside = { readonly run?: string; readonly file?: string };
type Evidence = {
  readonly inside: MarksInside;
  /** The identity of the current database file. */
  readonly file: string;
  readonly mark: StoredMark;
  readonly wal: WalPlace;
  readonly boot: string;
};

function whyNewEpoch({ inside, file, mark, wal, boot }: Evidence): NewEpoch | undefined {
  if (mark.kind === 'damaged') return { why: 'unmarked', detail: 'banyan.run is damaged' };
  const beside = mark.kind === 'none' ? undefined : mark.run;
  if (inside.run !== beside) return { why: 'restored', detail: 'banyan.db and banyan.run are of different runs' };
  if (inside.run === undefined || mark.kind === 'none') return undefined;
  if (inside.file !== file) return { why: 'restored', detail: 'banyan.db is another file than before' };
  if (mark.kind === 'old' || mark.state === 'shut') return undefined;
  if (mark.boot !== '-' && boot !== '-' && mark.boot !== boot) {
    return { why: 'powerLoss', detail: 'the machine was rebooted without a clean stop of the server' };
  }
  // The whole log may have been checkpointed and removed, and a new one begun.
  if (mark.state === 'closing' && wal !== UNREADABLE_WAL && wal.salt !== mark.wal.salt) return undefined;
  const detail = shortfall(mark.wal, wal);
  return detail === undefined ? undefined : { why: 'shortened', detail };
}

function marksIn(db: Database): MarksInside {
  if (db.query(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'log_meta'`).get() === null) return {};
  const rows = db.query(`SELECT name, value FROM log_meta WHERE name IN ('run', 'file')`).values();
  return Object.fromEntries(rows);
}

type RunNaming = { readonly state: 'open' | 'shut'; readonly boot: string };

function nameRun(db: Database, folder: string, file: string, naming: RunNaming): RunMark {
  const run = randomBytes(8).toString('hex');
  const set = db.query('INSERT OR REPLACE INTO log_meta (name, value) VALUES (?, ?), (?, ?)');
  set.run('run', run, 'file', identityOf(file));
  set.finalize();
  const named: RunMark = { run, ...naming, wal: NO_WAL };
  writeRunFile(folder, named);
  return named;
}

/** Differs between a file and its copy. */
function identityOf(file: string): string {
  const { ino, birthtimeNs } = statSync(file, { bigint: true });
  return `${ino}-${birthtimeNs}`;
}
