import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { LaneSize, NewWork, Work, WorkLog } from '../../ports/work-log.ts';
import { repeat } from '../repeat.ts';
import { utf8Length } from '../text/wire-bytes.ts';
import { type DeadLetterBounds, DeadLetters } from './dead-letters.ts';
import { JobConsumer, type JobKind, type Outcome } from './job-consumer.ts';

export type JobParts = { readonly log: WorkLog; readonly clock: Clock; readonly telemetry: Telemetry };

export type JobBounds = {
  /** The limit of a lane; work above it becomes a dead letter. */
  readonly lane: { readonly works: number; readonly bytes: number };
  readonly dead: DeadLetterBounds;
};

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;
const BOUNDS: JobBounds = {
  lane: { works: 10_000, bytes: 64 * MIB },
  dead: { works: 10_000, bytes: 64 * MIB, ms: 30 * DAY_MS },
};
const TRIM_MS = 60_000;
/** How long a stop waits for running work. */
const STOP_MS = 2_000;

/**
 * Background work, triggered by an event: done at least once, however often the process dies, in order within a lane,
 * retried with growing pauses, and kept as a dead letter if that fails.
 */
export class Jobs {
  readonly deadLetters: DeadLetters;
  readonly #parts: JobParts;
  readonly #bounds: JobBounds;
  readonly #consumers = new Map<string, JobConsumer>();
  /** Of each lane with any. */
  readonly #waiting = new Map<string, { works: number; bytes: number }>();
  #stopTrimming: Cancel = () => undefined;

  constructor(parts: JobParts, bounds: JobBounds = BOUNDS) {
    this.#parts = parts;
    this.#bounds = bounds;
    this.deadLetters = new DeadLetters({
      ...parts,
      bounds: bounds.dead,
      onRevived: (letters) => {
        for (const letter of letters) this.#count(letter, 1, letter.bytes);
        for (const consumer of this.#consumers.values()) consumer.wake();
      },
    });
  }

  /** The amount of pending work. */
  get waiting(): number {
    let count = 0;
    for (const { works } of this.#waiting.values()) count += works;
    return count;
  }

  /** Registers the worker of a queue. To be called before `start`. */
  handle(queue: string, kind: JobKind): void {
    const { log, clock } = this.#parts;
    const consumer = new JobConsumer(queue, kind, {
      ...{ log, clock, onOutcome: this.#note },
      onError: (error) => this.#report(error),
    });
    this.#consumers.set(queue, consumer);
  }

  /** Continues what an earlier process has left. */
  async start(): Promise<void> {
    const sizes = await this.#parts.log.sizes();
    this.deadLetters.count(sizes);
    for (const size of sizes) if (!size.dead) this.#count(size, size.works, size.bytes);
    for (const consumer of this.#consumers.values()) consumer.wake();
    const { clock } = this.#parts;
    const onError = (error: unknown) => this.#report(error);
    this.deadLetters.trim().catch(onError);
    this.#stopTrimming = repeat({ clock, ms: TRIM_MS, onError }, () => this.deadLetters.trim());
  }

  /** Resolves once they are on disk. Rejects if they cannot be written; then none of them is. */
  async add(works: readonly Omit<NewWork, 'time'>[]): Promise<void> {
    const { log, clock } = this.#parts;
    const time = clock.now();
    const ids = await log.add(works.map((work) => ({ ...work, time })));
    const queues = new Set<string>();
    for (const [index, work] of works.entries()) {
      const id = ids[index] ?? '';
      if (this.#hasRoom(work)) this.#count(work, 1, utf8Length(work.data));
      else await this.#rejectWork({ ...work, id, time, attempts: 0 });
      queues.add(work.queue);
    }
    for (const queue of queues) this.#consumers.get(queue)?.wake();
  }

  /**
   * Starts nothing more. Resolves when running work has ended, or after a short time: then the next start does it
   * again.
   */
  async stop(): Promise<void> {
    this.#stopTrimming();
    const ended = Promise.all([...this.#consumers.values()].map((consumer) => consumer.stop()));
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(STOP_MS, resolve);
      ended.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  #hasRoom(work: Pick<NewWork, 'queue' | 'lane'>): boolean {
    const size = this.#waiting.get(keyOf(work));
    const { works, bytes } = this.#bounds.lane;
    return size === undefined || (size.works < works && size.bytes < bytes);
  }

  /** The newest, so that earlier accepted work keeps its order. */
  async #rejectWork(work: Work): Promise<void> {
    const reason = 'too much waits in its lane';
    await this.#parts.log.fail(work.id, { kind: 'dead', at: work.time, reason });
    this.#onDeadLetter(work, reason);
  }

  readonly #note = (work: Work, outcome: Outcome): void => {
    const { telemetry } = this.#parts;
    const { queue, lane } = work;
    if (outcome.kind === 'done' || outcome.failure.kind === 'dead') this.#count(work, -1, -utf8Length(work.data));
    if (outcome.kind === 'done') return telemetry.count('banyan_works_total', { queue, outcome: 'done' });
    if (outcome.failure.kind === 'dead') return this.#onDeadLetter(work, outcome.reason);
    telemetry.count('banyan_works_total', { queue, outcome: 'failed' });
    telemetry.record('warn', 'work.failed', { queue, lane, attempts: work.attempts + 1, reason: outcome.reason });
  };

  #onDeadLetter(work: Work, reason: string): void {
    const { queue, lane, id } = work;
    const { telemetry } = this.#parts;
    this.deadLetters.added(utf8Length(work.data));
    telemetry.count('banyan_works_total', { queue, outcome: 'dead' });
    telemetry.record('error', 'work.died', { queue, lane, id, attempts: work.attempts + 1, reason });
  }

  #count(lane: Pick<LaneSize, 'queue' | 'lane'>, works: number, bytes: number): void {
    const key = keyOf(lane);
    const size = this.#waiting.get(key) ?? { works: 0, bytes: 0 };
    size.works += works;
    size.bytes += bytes;
    if (size.works > 0) this.#waiting.set(key, size);
    else this.#waiting.delete(key);
  }

  #report(error: unknown): void {
    this.#parts.telemetry.record('error', 'work.log_failed', { error: String(error) });
  }
}

function keyOf({ queue, lane }: Pick<NewWork, 'queue' | 'lane'>): string {
  return `${queue}\n${lane}`;
}
