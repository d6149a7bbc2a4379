import { drainMicrotasks } from 'bun:jsc';
import type { Cancel, Clock } from '../../src/ports/clock.ts';
import type { Random } from './random.ts';

const START = 1_790_000_000_000;

type Event = { readonly at: number; readonly order: number; readonly run: () => void };

/** Time that jumps from event to event. A schedule of hours runs in milliseconds, and is repeatable. */
export class World implements Clock {
  readonly random: Random;
  /** What happened, one line each. */
  readonly notes: string[] = [];
  #now = START;
  #order = 0;
  /** A heap, the next event first. */
  readonly #events: Event[] = [];
  #soon: (() => void)[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  // The core passes `now` around unbound, so it must not use `this`.
  readonly now = (): number => this.#now;

  after(ms: number, run: () => void): Cancel {
    let called = false;
    this.#push({
      at: this.#now + ms,
      order: this.#order++,
      run: () => {
        if (!called) run();
        called = true;
      },
    });
    return () => {
      called = true;
    };
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  note(what: string): void {
    this.notes.push(`${this.#now - START} ms: ${what}`);
  }

  /** Advances by `ms`. */
  run(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#events[0]; next !== undefined && next.at <= end; next = this.#events[0]) {
      // Input that arrives at one moment may be handled together, before work deferred to the end of the turn.
      if (next.at > this.#now || this.random.chance(0.4)) this.#endTurn();
      if (next !== this.#events[0]) continue;
      this.#pop();
      this.#now = next.at;
      next.run();
      drainMicrotasks();
    }
    this.#endTurn();
    this.#now = end;
  }

  #endTurn(): void {
    while (this.#soon.length > 0) {
      const waiting = this.#soon;
      this.#soon = [];
      for (const run of waiting) {
        run();
        drainMicrotasks();
      }
    }
  }

  #push(event: Event): void {
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, events[parent] as Event)) break;
      events[at] = events[parent] as Event;
      at = parent;
    }
    events[at] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop() as Event;
    if (events.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= events.length) break;
      const right = left + 1;
      const child = right < events.length && isBefore(events[right] as Event, events[left] as Event) ? right : left;
      if (!isBefore(events[child] as Event, last)) break;
      events[at] = events[child] as Event;
      at = child;
    }
    events[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
