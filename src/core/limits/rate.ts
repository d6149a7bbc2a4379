/** The sum of many small steps is not exact. */
const ROUNDING_MS = 0.001;

/**
 * A token bucket that is one number: the time at which it is full again. Whoever takes nothing has 0 there, which is long
 * past; nothing ticks, and nothing is made when one takes. (The generic cell rate algorithm, ITU-T I.371.)
 */
export class Rate {
  readonly #stepMs: number;
  readonly #depthMs: number;

  /** `burst`: how many may be taken at once, at least one. */
  constructor(perSecond: number, burst: number) {
    this.#stepMs = 1_000 / perSecond;
    this.#depthMs = this.#stepMs * Math.max(1, burst) + ROUNDING_MS;
  }

  /** What `fullAt` becomes when one is taken; `fullAt` itself when there is none. */
  take(fullAt: number, now: number): number {
    const next = this.#from(fullAt, now) + this.#stepMs;
    return next - now > this.#depthMs ? fullAt : next;
  }

  /** What `fullAt` becomes when one that was taken is put back. */
  giveBack(fullAt: number): number {
    return Math.max(0, fullAt - this.#stepMs);
  }

  /** What `fullAt` becomes when this many seconds' worth is taken, or all there is. */
  charge(fullAt: number, now: number, seconds: number): number {
    return Math.min(this.#from(fullAt, now) + seconds * 1_000, now + this.#depthMs);
  }

  /** Milliseconds until there is one to take; 0: now. */
  waitMs(fullAt: number, now: number): number {
    return Math.max(0, this.#from(fullAt, now) + this.#stepMs - this.#depthMs - now);
  }

  /** A bucket can't be emptier than empty: where it seems so, the clock was put back, and it counts as full. */
  #from(fullAt: number, now: number): number {
    return fullAt > now && fullAt <= now + this.#depthMs ? fullAt : now;
  }
}
