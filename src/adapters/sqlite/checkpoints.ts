import { closeSync } from 'node:fs';
import type { CheckpointOrder, CheckpointResult } from './checkpoint-worker.ts';
import { startThread } from './start-thread.ts';

/**
 * 16 MiB of the log: with fewer, frequently changed pages are written more often; with more, checkpoints take longer.
 */
const FRAMES = 4_000;
/** A thread starts this long after the death of the previous one. */
const BEGIN_MS = 1_000;

export type CheckpointSettings = {
  readonly file: string;
  /** The log size at which a checkpoint starts, in frames; for tests. */
  readonly frames?: number;
  /** Lets the writer checkpoint the few frames left, after which the log restarts. */
  readonly finish: () => Promise<unknown>;
  readonly onFailure: (error: string) => void;
  readonly onDeath: (error: string) => void;
};

/**
 * Keeps the write-ahead log short with its own thread, so that no publication waits while 16 MiB are copied and synced.
 * A thread that dies is replaced; until then the log grows, and the writer checkpoints it above a much higher limit.
 */
export class Checkpoints {
  readonly #settings: CheckpointSettings;
  #worker: Worker | undefined;
  #isFinishing = false;
  #hasFailed = false;
  /** Of the log's index, in current and former threads. */
  readonly #descriptors: number[] = [];
  #beginning: Timer | undefined;
  #onClosed: (() => void) | undefined;
  #isClosed = false;

  constructor(settings: CheckpointSettings) {
    this.#settings = settings;
    this.#begin();
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#beginning);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      worker.postMessage('close' satisfies CheckpointOrder);
    });
    worker.terminate();
  }

  /** All connections of this process are closed: closing one of these files earlier would release their locks. */
  release(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }

  /** Ends the thread as a fault would; for tests. */
  kill(): void {
    this.#worker?.terminate();
  }

  #plan(): void {
    this.#beginning = setTimeout(() => this.#begin(), BEGIN_MS);
    this.#beginning.unref();
  }

  /** If no file is left for the thread, it starts later. */
  #begin(): void {
    try {
      this.#worker = this.#start();
    } catch (error) {
      this.#fail((error as Error).message);
      this.#plan();
    }
  }

  #start(): Worker {
    const { file, frames = FRAMES } = this.#settings;
    const program = new URL('./checkpoint-worker.ts', import.meta.url);
    const worker = startThread(program, { open: file, frames } satisfies CheckpointOrder);
    worker.onmessage = ({ data }: { data: CheckpointResult }) => this.#take(data);
    worker.onerror = (event) => {
      worker.terminate();
      this.#replace(worker, event.message);
    };
    worker.addEventListener('close', () => this.#replace(worker, 'it ended'));
    return worker;
  }

  #take(news: CheckpointResult): void {
    switch (news.kind) {
      case 'opened':
        this.#descriptors.push(news.descriptor);
        break;
      case 'done':
        this.#hasFailed = false;
        this.#finish();
        break;
      case 'failed':
        this.#fail(news.error);
        break;
      case 'closed':
        this.#onClosed?.();
        break;
      default:
        news satisfies never;
    }
  }

  #finish(): void {
    if (this.#isFinishing || this.#isClosed) return;
    this.#isFinishing = true;
    this.#settings
      .finish()
      .catch((error: Error) => this.#fail(error.message))
      .finally(() => {
        this.#isFinishing = false;
      });
  }

  /** Logs the first failure, until it works again. */
  #fail(error: string): void {
    if (!this.#hasFailed) this.#settings.onFailure(error);
    this.#hasFailed = true;
  }

  #replace(worker: Worker, why: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#onClosed?.();
    if (this.#isClosed) return;
    this.#settings.onDeath(why);
    this.#plan();
  }
}
