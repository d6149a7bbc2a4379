import { dirname, join } from 'node:path';
import { FileWatch } from './file-watch.ts';
import { RUN_FILE, RunFile, type RunMark } from './run-file.ts';
import { WalIndex, type WalPlace } from './wal-place.ts';

/**
 * Wraps each transaction of the writer. Before the commit it checks that the files still exist. After it, before
 * anybody is told, the log's end is written to the run file, so that a shorter log is noticed when it is opened again.
 * The run file is not synced: it must survive this process, and a separate mark tells whether the machine survived.
 */
export class CommitGuard {
  readonly #watch: FileWatch;
  readonly #index: WalIndex;
  readonly #runFile: RunFile;
  #mark: RunMark;

  /** The database is open, and its log has been read. */
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

  /** The log is about to be checkpointed and removed. If a file is missing, that is not reliable. */
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

  /** Copy-on-write file systems can refuse even this when the disk is full. The next commit tries again. */
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
