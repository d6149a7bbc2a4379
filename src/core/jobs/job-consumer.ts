import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Failure, Work, WorkLog } from '../../ports/work-log.ts';
import { pauseAfter, type RetryPolicy } from './backoff.ts';

/** Does a piece of work; rejects on failure. It may get the same work again after it has done it. */
export type Worker = (work: Work) => Promise<void>;

/** Thrown by a worker for work that no retry can complete. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string; readonly failure: Failure };

export type ConsumerParts = {
  readonly log: WorkLog;
  readonly clock: Clock;
  /** Work was completed, or an attempt failed; called once that is on disk. */
  readonly onOutcome: (work: Work, outcome: Outcome) => void;
  /** A call of the work log failed. */
  readonly onError: (error: unknown) => void;
};

/** Longer than any worker takes; after that the work counts as lost, and is leased again. */
const LEASE_MS = 60_000;
/** Concurrent works of one queue: each of another lane. */
const UNDER_WAY = 64;
/** The maximum interval between two checks for work. */
const CHECK_INTERVAL_MS = 30_000;
const AFTER_ERROR_MS = 1_000;

/** Runs the work of one queue: leases it, runs the worker, and records the outcome. */
export class JobConsumer {
  readonly #queue: string;
  readonly #worker: Worker;
  readonly #policy: RetryPolicy;
  readonly #parts: ConsumerParts;
  readonly #underWay = new Set<Promise<void>>();
  #looking = false;
  /** Something changed during the check. */
  #lookAgain = false;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  constructor(queue: string, { worker, retry }: JobKind, parts: ConsumerParts) {
    this.#queue = queue;
    this.#worker = worker;
    this.#policy = retry;
    this.#parts = parts;
  }

  /** There may be new work. */
  wake(): void {
    if (this.#stopped) return;
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#cancel();
    this.#look().then(
      (pause) => this.#sleep(pause),
      (error) => {
        this.#sleep(AFTER_ERROR_MS);
        if (!this.#stopped) this.#parts.onError(error);
      },
    );
  }

  /** Stops leasing, and resolves when running work has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await Promise.all(this.#underWay);
  }

  /** Starts what is due, and returns the milliseconds until the next check. */
  async #look(): Promise<number> {
    const { log, clock } = this.#parts;
    let pause = CHECK_INTERVAL_MS;
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const [now, limit] = [clock.now(), UNDER_WAY - this.#underWay.size];
      // Every completion triggers a check.
      if (limit === 0) return CHECK_INTERVAL_MS;
      const { works, nextAt } = await log.lease({ queue: this.#queue, now, until: now + LEASE_MS, limit });
      for (const work of works) this.#begin(work);
      pause = nextAt === undefined ? CHECK_INTERVAL_MS : Math.min(CHECK_INTERVAL_MS, Math.max(0, nextAt - clock.now()));
    }
    return pause;
  }

  #sleep(pause: number): void {
    this.#looking = false;
    if (this.#stopped) return;
    if (this.#lookAgain) return this.wake();
    this.#cancel = this.#parts.clock.after(pause, () => this.wake());
  }

  #begin(work: Work): void {
    const doing = this.#do(work)
      .catch((error) => {
        if (!this.#stopped) this.#parts.onError(error);
      })
      .finally(() => {
        this.#underWay.delete(doing);
        this.wake();
      });
    this.#underWay.add(doing);
  }

  async #do(work: Work): Promise<void> {
    const { log, onOutcome } = this.#parts;
    // An exception before a promise is returned is a failure too.
    const outcome = await (async () => this.#worker(work))().then(
      (): Outcome => ({ kind: 'done' }),
      (error: unknown) => this.#failed(work, error),
    );
    if (outcome.kind === 'done') await log.remove([work.id]);
    else await log.fail(work.id, outcome.failure);
    onOutcome(work, outcome);
  }

  #failed({ attempts }: Work, error: unknown): Outcome {
    const now = this.#parts.clock.now();
    const reason = error instanceof Error ? error.message : String(error);
    const pause = error instanceof PermanentFailure ? undefined : pauseAfter(attempts + 1, this.#policy);
    const failure: Failure =
      pause === undefined ? { kind: 'dead', at: now, reason } : { kind: 'retry', at: now + pause };
    return { kind: 'failed', reason, failure };
  }
}

/** The worker of a queue. */
export type JobKind = { readonly worker: Worker; readonly retry: RetryPolicy };
