import { closeSync } from 'node:fs';
import type { CheckpointNews, CheckpointOrder } from './checkpoint-worker.ts';
import { startThread } from './start-thread.ts';

/** 16 MiB of the log: fewer mean that pages which change often are written more often, more mean longer checkpoints. */
const FRAMES = 4_000;
/** A thread begins so long after the death of the one before. */
const BEGIN_MS = 1_000;

export type CheckpointSettings = {
  readonly file: string;
  /** From how many frames on the log is brought in; for tests. */
  readonly frames?: number;
  /** Has the writer bring in the little that is left, after which the log begins anew. */
  readonly finish: () => Promise<unknown>;
  readonly onFailure: (error: string) => void;
  readonly onDeath: (error: string) => void;
};

/**
 * Keeps the write-ahead log short by a thread of its own, so that no publication waits while 16 MiB are copied and synced.
 * A thread that dies is replaced; until then the log grows, and the writer brings it in by itself past a far larger bound.
 */
export class Checkpoints {
  readonly #settings: CheckpointSettings;
  #worker: Worker | undefined;
  #isFinishing = false;
  #hasFailed = false;
  /** Of the log's index, in threads that are there or were. */
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

  /** All connections of this process are closed: before that, to close one of these files would give up their locks. */
  release(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }

  /** Ends the thread as a fault in it would; for tests. */
  kill(): void {
    this.#worker?.terminate();
  }

  #plan(): void {
    this.#beginning = setTimeout(() => this.#begin(), BEGIN_MS);
    this.#beginning.unref();
  }

  /** Where no file is left for the thread, it begins later. */
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
    worker.onmessage = ({ data }: { data: CheckpointNews }) => this.#take(data);
    worker.onerror = (event) => {
      worker.terminate();
      this.#replace(worker, event.message);
    };
    worker.addEventListener('close', () => this.#replace(worker, 'it ended'));
    return worker;
  }

  #take(news: CheckpointNews): void {
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

  /** Says so once, until it works again. */
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
