import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../guard.ts';
import { repeat } from '../repeat.ts';

const TICK_MS = 1_000;
/** A tick that is later than this does not come any more, or the process is far too busy. */
const TICK_LATE_MS = 10_000;

/** What is done once a second: the part's name, for the log, and the work. */
export type TickWork = readonly (readonly [part: string, work: (now: number) => void])[];

/** Calls the node's periodic work once a second; one part that throws keeps no other from its turn. */
export class Ticks {
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #work: TickWork;
  /** When the last tick began; undefined before the start, and once no more come. */
  #tickedAt: number | undefined;
  #stop: () => void = () => undefined;

  constructor(clock: Clock, guard: Guard, work: TickWork) {
    this.#clock = clock;
    this.#guard = guard;
    this.#work = work;
  }

  /** Whether the last tick is not long ago; true before the start and after the end. */
  get areOnTime(): boolean {
    // Where the wall clock stepped, in whichever direction, the next tick puts this right.
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
