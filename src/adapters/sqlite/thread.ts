import { ConstraintError } from '../../ports/sql.ts';
import type { Answer, Job, JobResults, Request } from './jobs.ts';
import { startThread } from './start-thread.ts';
import { CLOSE, CLOSED, type OpenWorker } from './worker.ts';

type Waiting = { readonly resolve: (result: never) => void; readonly reject: (error: Error) => void };

/** Reads the thread may run ahead of this one: bounds the pages in flight between them. */
const READS_UNDER_WAY = 32;

export type ThreadEvents = {
  /** The thread ended by itself: no reads or writes are possible any more. */
  readonly onDeath: (error: Error) => void;
  /** A job failed; `code` is SQLite's, or that of `FilesGoneError`. */
  readonly onFailure: (code: string, message: string) => void;
};

/** A worker thread with the database open. Jobs of one turn of the event loop are sent together. */
export class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #mostUnderWay: number;
  #queued: Request[] = [];
  #underWay = 0;
  #lastId = 0;
  #closed = false;
  readonly #onFailure: ThreadEvents['onFailure'];
  #onClosed: () => void = () => undefined;

  constructor(open: OpenWorker, { onDeath, onFailure }: ThreadEvents) {
    this.#onFailure = onFailure;
    // The writer gets everything pending: the more, the more one commit carries.
    this.#mostUnderWay = open.open === 'writer' ? Number.POSITIVE_INFINITY : READS_UNDER_WAY;
    this.#worker = startThread(new URL('./worker.ts', import.meta.url), open);
    this.#worker.onmessage = ({ data }: { data: readonly Answer[] | typeof CLOSED }) => {
      if (data === CLOSED) this.#onClosed();
      else this.#take(data);
    };
    this.#worker.onerror = (event) => this.#die(new Error(`the database thread failed: ${event.message}`), onDeath);
    this.#worker.addEventListener('close', () => {
      if (!this.#closed) this.#die(new Error('the database thread ended'), onDeath);
    });
  }

  /** Rejects with `ConstraintError` if a constraint refused the job, with `Error` if the database failed. */
  ask<K extends Job['kind']>(job: Extract<Job, { kind: K }>): Promise<JobResults[K]> {
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    const id = ++this.#lastId;
    if (this.#queued.length === 0) setImmediate(() => this.#flush());
    this.#queued.push({ id, job });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Waits for all pending jobs, then closes the database and ends the thread. */
  async close(): Promise<void> {
    while (this.#waiting.size > 0) await Bun.sleep(1);
    if (this.#closed) return;
    this.#closed = true;
    // A terminated thread would keep the file open a while longer.
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      this.#worker.postMessage(CLOSE);
    });
    this.#worker.terminate();
  }

  #flush(): void {
    const requests = this.#queued.splice(0, this.#mostUnderWay - this.#underWay);
    if (requests.length === 0) return;
    this.#underWay += requests.length;
    try {
      this.#worker.postMessage(requests);
    } catch {
      // One of them cannot be sent to a thread; the others must not wait forever.
      for (const request of requests) this.#post(request);
    }
  }

  #post(request: Request): void {
    try {
      this.#worker.postMessage([request]);
    } catch (error) {
      this.#take([{ id: request.id, ok: false, constraint: false, message: (error as Error).message, code: '' }]);
    }
  }

  #take(answers: readonly Answer[]): void {
    this.#underWay -= answers.length;
    if (this.#queued.length > 0) this.#flush();
    for (const answer of answers) this.#settle(answer);
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (answer.ok) return waiting.resolve(answer.result as never);
    this.#onFailure(answer.code, answer.message);
    waiting.reject(answer.constraint ? new ConstraintError(answer.message) : new Error(answer.message));
  }

  #die(error: Error, onDeath: (error: Error) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    onDeath(error);
  }
}
