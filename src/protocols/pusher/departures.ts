import type { Cancel, Clock } from '../../ports/clock.ts';

/** Tells of comings at once and of departures a little later: who is back before that had never been away. */
export class Departures {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #leaving = new Map<string, Cancel>();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** False when it is back before its departure was told. */
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
