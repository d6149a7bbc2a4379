import type { Cancel, Clock } from '../../src/ports/clock.ts';

type Timer = { readonly at: number; readonly run: () => void };

/** A clock that only the test moves, and event loop turns that only the test ends. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();
  #soon: (() => void)[] = [];

  // The core passes `now` around unbound, so it must not use `this`.
  readonly now = (): number => this.#now;

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  /** Runs everything that is not waiting for a timer. */
  async settle(): Promise<void> {
    do {
      for (const run of this.#soon.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#soon.length > 0);
  }

  /** Advances by `ms`, firing each timer at its time. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
      await this.settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    const [first] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    return first;
  }
}
