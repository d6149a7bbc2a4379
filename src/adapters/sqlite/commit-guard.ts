import { dirname, join } from 'node:path';
import { FileWatch } from './file-watch.ts';
import { RUN_FILE, RunFile, type RunMark } from './run-file.ts';
import { WalIndex, type WalPlace } from './wal-place.ts';

/**
 * Stands around each transaction of the writer. Before it commits: the files are still there. After it, before anybody is
 * told: how far the log has come goes into the run file, so that a log which is shorter when it is opened again is noticed.
 * That is written and not synced: it must survive this process, and whether the machine survived is known from a mark of
 * its own.
 */
export class CommitGuard {
  readonly #watch: FileWatch;
  readonly #index: WalIndex;
  readonly #runFile: RunFile;
  #mark: RunMark;

  /** The database is open, and its log has been read from. */
  constructor(file: string, mark: RunMark) {
    const folder = dirname(file);
    this.#index = new WalIndex(file);
    this.#watch = new FileWatch([
      { path: file },
      { path: `${file}-wal`, least: () => this.#index.bytes() },
      { path: join(folder, RUN_FILE) },
    ]);
    this.#runFile = new RunFile(folder);
    this.#mark = { ...mark, wal: placeOf(this.#index) };
    this.#runFile.write(this.#mark);
    this.#runFile.sync();
  }

  /** Throws `FilesGoneError`. */
  beforeCommit(): void {
    this.#watch.check();
  }

  afterCommit(): void {
    const wal = placeOf(this.#index);
    if (wal.frames === this.#mark.wal.frames && wal.salt === this.#mark.wal.salt) return;
    this.#mark = { ...this.#mark, wal };
    this.#write();
  }

  /** The log is about to be brought into the database and removed. Where a file is gone, that can't be relied upon. */
  beforeClose(): void {
    try {
      this.#watch.check();
      this.#mark = { ...this.#mark, state: 'closing' };
      this.#write();
    } catch {}
  }

  /** The database is closed, here and in all other threads. */
  close(): void {
    this.#index.close();
    this.#runFile.close();
  }

  /** A disk that is full can refuse even this where it never writes in place. The next commit tries again. */
  #write(): void {
    try {
      this.#runFile.write(this.#mark);
    } catch {}
  }
}

function placeOf(index: WalIndex): WalPlace {
  const { salt, frames } = index.read();
  return { salt, frames };
}
