import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Failure, Work, WorkLog } from '../../ports/work-log.ts';
import { pauseAfter, type RetryPolicy } from './backoff.ts';

/** Does a piece of work; rejects when it could not. It may be given the same work again after it has done it. */
export type Worker = (work: Work) => Promise<void>;

/** Thrown by a worker for work that no other try would bring further. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string; readonly failure: Failure };

export type ConsumerParts = {
  readonly log: WorkLog;
  readonly clock: Clock;
  /** Work has come to its end, or to the end of a try; told once that is on disk. */
  readonly onOutcome: (work: Work, outcome: Outcome) => void;
  /** The work log could not be asked or told. */
  readonly onError: (error: unknown) => void;
};

/** Longer than any worker takes; then the work is taken for lost, and given out again. */
const LEASE_MS = 60_000;
/** Works of one queue that are done at the same time, so in memory: each of another lane. */
const UNDER_WAY = 64;
/** At the latest it looks for work after this time. */
const LOOK_MS = 30_000;
const AFTER_ERROR_MS = 1_000;

/** Does the work of one queue: leases, has it done, and says what came of it. */
export class JobConsumer {
  readonly #queue: string;
  readonly #worker: Worker;
  readonly #policy: RetryPolicy;
  readonly #parts: ConsumerParts;
  readonly #underWay = new Set<Promise<void>>();
  #looking = false;
  /** Something has changed while it looked. */
  #lookAgain = false;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  constructor(queue: string, { worker, retry }: JobKind, parts: ConsumerParts) {
    this.#queue = queue;
    this.#worker = worker;
    this.#policy = retry;
    this.#parts = parts;
  }

  /** There may be something to do. */
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

  /** Takes no more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await Promise.all(this.#underWay);
  }

  /** Begins what is due, and gives the time in milliseconds until it should look again. */
  async #look(): Promise<number> {
    const { log, clock } = this.#parts;
    let pause = LOOK_MS;
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const [now, limit] = [clock.now(), UNDER_WAY - this.#underWay.size];
      // Whatever ends wakes it.
      if (limit === 0) return LOOK_MS;
      const { works, nextAt } = await log.lease({ queue: this.#queue, now, until: now + LEASE_MS, limit });
      for (const work of works) this.#begin(work);
      pause = nextAt === undefined ? LOOK_MS : Math.min(LOOK_MS, Math.max(0, nextAt - clock.now()));
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
    // Also one that throws before it gives a promise has failed.
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
    const pause = error instanceof GiveUp ? undefined : pauseAfter(attempts + 1, this.#policy);
    const failure: Failure =
      pause === undefined ? { kind: 'dead', at: now, reason } : { kind: 'retry', at: now + pause };
    return { kind: 'failed', reason, failure };
  }
}

/** How the work of a queue is done. */
export type JobKind = { readonly worker: Worker; readonly retry: RetryPolicy };
