import type { Rate } from './rate.ts';

/** Buckets that are not full. Above it all count as full, so that nobody is refused for it. */
const MAX_KEYS = 100_000;

/** A bucket per key. Full ones take no memory, so inactive keys cost nothing. */
export class RateTable {
  readonly #rate: Rate;
  #fullAt = new Map<string, number>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** The number of buckets that are not full, or were not at the last `sweep`. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes one from the key's bucket and returns 0; if it is empty, returns the milliseconds until one is available. */
  take(key: string, now: number): number {
    const fullAt = this.#fullAt.get(key) ?? 0;
    const next = this.#rate.take(fullAt, now);
    if (next === fullAt) return this.#rate.waitMs(fullAt, now);
    this.#fullAt.set(key, next);
    if (this.#fullAt.size > MAX_KEYS) this.#makeRoom(now);
    return 0;
  }

  /** Puts back one that was taken. */
  giveBack(key: string, now: number): void {
    const fullAt = this.#rate.giveBack(this.#fullAt.get(key) ?? 0);
    if (fullAt > now) this.#fullAt.set(key, fullAt);
    else this.#fullAt.delete(key);
  }

  /** Takes this many seconds' worth from the key's bucket, or all there is. */
  charge(key: string, now: number, seconds: number): void {
    this.#fullAt.set(key, this.#rate.charge(this.#fullAt.get(key) ?? 0, now, seconds));
    if (this.#fullAt.size > MAX_KEYS) this.#makeRoom(now);
  }

  /** Forgets full buckets; to be called periodically. */
  sweep(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
  }

  #makeRoom(now: number): void {
    this.sweep(now);
    if (this.#fullAt.size > MAX_KEYS / 2) this.#fullAt = new Map();
  }
}
