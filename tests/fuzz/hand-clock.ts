import type { Cancel, Clock } from '../../src/ports/clock.ts';

type Timer = { readonly at: number; readonly run: () => void };

/** A clock that stands still until it is moved forward. */
export class HandClock implements Clock {
  #time = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  now = (): number => this.#time;

  after = (ms: number, run: () => void): Cancel => {
    const timer = { at: this.#time + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  soon = (run: () => void): void => {
    setImmediate(run);
  };

  /** Advances the clock and fires the timers that are due. */
  pass(ms: number): void {
    this.#time += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#time && this.#timers.delete(timer)) timer.run();
    }
  }
}
