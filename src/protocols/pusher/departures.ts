import type { Cancel, Clock } from '../../ports/clock.ts';

/** Reports joins at once and departures after a delay: a quick return is not reported at all. */
export class Departures {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #leaving = new Map<string, Cancel>();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** False if it returned before its departure was reported. */
  came(key: string): boolean {
    const cancel = this.#leaving.get(key);
    if (cancel === undefined) return true;
    cancel();
    this.#leaving.delete(key);
    return false;
  }

  left(key: string, tell: () => void): void {
    this.#leaving.get(key)?.();
    const cancel = this.#clock.after(this.#graceMs, () => {
      this.#leaving.delete(key);
      tell();
    });
    this.#leaving.set(key, cancel);
  }
}
