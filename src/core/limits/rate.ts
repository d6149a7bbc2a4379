/** The sum of many small steps is not exact. */
const ROUNDING_MS = 0.001;

/**
 * A token bucket as one number: the time at which it is full again. An unused one is 0, which is long past; there are
 * no timers, and taking allocates nothing. (The generic cell rate algorithm, ITU-T I.371.)
 */
export class Rate {
  readonly #stepMs: number;
  readonly #depthMs: number;

  /** `burst`: how many may be taken at once, at least one. */
  constructor(perSecond: number, burst: number) {
    this.#stepMs = 1_000 / perSecond;
    this.#depthMs = this.#stepMs * Math.max(1, burst) + ROUNDING_MS;
  }

  /** The new `fullAt` after taking one; `fullAt` itself if there is none. */
  take(fullAt: number, now: number): number {
    const next = this.#from(fullAt, now) + this.#stepMs;
    return next - now > this.#depthMs ? fullAt : next;
  }

  /** The new `fullAt` after putting one back. */
  giveBack(fullAt: number): number {
    return Math.max(0, fullAt - this.#stepMs);
  }

  /** The new `fullAt` after taking this many seconds' worth, or all there is. */
  charge(fullAt: number, now: number, seconds: number): number {
    return Math.min(this.#from(fullAt, now) + seconds * 1_000, now + this.#depthMs);
  }

  /** Milliseconds until one is available; 0: now. */
  waitMs(fullAt: number, now: number): number {
    return Math.max(0, this.#from(fullAt, now) + this.#stepMs - this.#depthMs - now);
  }

  /** A bucket cannot be emptier than empty: if it seems so, the clock stepped back, and it counts as full. */
  #from(fullAt: number, now: number): number {
    return fullAt > now && fullAt <= now + this.#depthMs ? fullAt : now;
  }
}
