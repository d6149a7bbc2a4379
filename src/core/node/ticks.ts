import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../guard.ts';
import { repeat } from '../repeat.ts';

const TICK_MS = 1_000;
/** If a tick is later than this, ticks have stopped, or the process is far too busy. */
const TICK_LATE_MS = 10_000;

/** Periodic work: the part's name, for the log, and the function. */
export type TickWork = readonly (readonly [part: string, work: (now: number) => void])[];

/** Runs the node's periodic work once a second; an exception in one part does not affect the others. */
export class Ticks {
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #work: TickWork;
  /** When the last tick began; undefined before the start, and after the end. */
  #tickedAt: number | undefined;
  #stop: () => void = () => undefined;

  constructor(clock: Clock, guard: Guard, work: TickWork) {
    this.#clock = clock;
    this.#guard = guard;
    this.#work = work;
  }

  /** Whether the last tick was recent; true before the start and after the end. */
  get areOnTime(): boolean {
    // If the wall clock stepped in either direction, the next tick corrects this.
    return this.#tickedAt === undefined || Math.abs(this.#clock.now() - this.#tickedAt) <= TICK_LATE_MS;
  }

  start(): void {
    this.#tickedAt = this.#clock.now();
    const onError = (error: unknown) => this.#guard.failed('tick', error);
    this.#stop = repeat({ clock: this.#clock, ms: TICK_MS, onError }, () => this.#tick());
  }

  stop(): void {
    this.#stop();
    this.#tickedAt = undefined;
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#tickedAt = now;
    for (const [part, work] of this.#work) this.#guard.run(part, () => work(now));
  }
}
