/**
 * Runs checkpoints in its own thread and connection, while the writer continues: SQLite supports both at once.
 * https://www.sqlite.org/c3ref/wal_checkpoint_v2.html
 */
import { Database } from 'bun:sqlite';
import { answeringStart, type Started } from './start-thread.ts';
import { WalIndex } from './wal-place.ts';

/** `frames`: the log size at which a checkpoint starts. */
export type CheckpointOrder = { readonly open: string; readonly frames: number } | 'close';
/**
 * `done`: the log is in the database except for the last `left` frames, which the writer itself can checkpoint quickly;
 * then it restarts the log. `failed`: it is retried.
 */
export type CheckpointResult =
  | { readonly kind: 'done'; readonly left: number }
  /** The open file of the log's index, to be closed when no thread of this process has the database open any more. */
  | { readonly kind: 'opened'; readonly descriptor: number }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'closed' };

declare const self: {
  onmessage: ((event: { data: CheckpointOrder | Started }) => void) | null;
  postMessage(news: CheckpointResult): void;
};

const CHECK_INTERVAL_MS = 50;
/** The pause after a failure, for instance of a full disk. */
const PAUSE_MS = 1_000;
/** The writer can checkpoint this few without a noticeable delay. */
const FEW_FRAMES = 100;
/** Each pass leaves what was written during it, so each is shorter than the one before. */
const MAX_PASSES = 5;

class Checkpointer {
  readonly #db: Database;
  readonly #index: WalIndex;
  readonly #frames: number;
  #timer: Timer | undefined;

  constructor(file: string, frames: number) {
    this.#db = new Database(file, { readwrite: true });
    this.#db.run('PRAGMA busy_timeout = 0');
    this.#db.run('PRAGMA synchronous = FULL');
    this.#db.query('SELECT count(*) FROM sqlite_master').get();
    this.#index = new WalIndex(file);
    this.#frames = frames;
    self.postMessage({ kind: 'opened', descriptor: this.#index.descriptor });
    this.#plan(CHECK_INTERVAL_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#db.close();
  }

  #plan(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    try {
      if (this.#isDue()) self.postMessage({ kind: 'done', left: this.#run() });
      this.#plan(CHECK_INTERVAL_MS);
    } catch (error) {
      self.postMessage({ kind: 'failed', error: (error as Error).message });
      this.#plan(PAUSE_MS);
    }
  }

  /** A log with active readers cannot restart and keeps growing: it is checkpointed in pieces. */
  #isDue(): boolean {
    const { frames, backfilled } = this.#index.read();
    return frames >= this.#frames && frames - backfilled >= this.#frames / 4;
  }

  /** Returns how many frames are left to checkpoint. */
  #run(): number {
    let left = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < MAX_PASSES && left > FEW_FRAMES; pass += 1) {
      const before = left;
      left = this.#pass();
      // A reader uses an older snapshot, or the writer is as fast as this thread.
      if (left >= before) break;
    }
    return left;
  }

  #pass(): number {
    const row = this.#db.query('PRAGMA wal_checkpoint(PASSIVE)').get() as { log: number; checkpointed: number };
    return Math.max(0, this.#index.read().frames - row.checkpointed);
  }
}

let checkpointer: Checkpointer | undefined;

self.onmessage = answeringStart((data: CheckpointOrder) => {
  if (data === 'close') {
    checkpointer?.close();
    self.postMessage({ kind: 'closed' });
  } else {
    checkpointer = new Checkpointer(data.open, data.frames);
  }
});
