/** The minimum and maximum delay of a retry. */
const MIN_DELAY_MS = 1_000;
const LATEST_MS = 60_000;
/** The spread for those that get no time of their own. */
const SPREAD_MS = 2_000;

/**
 * Successive retry times, a given number per second. When they run out, later ones are random within the later half:
 * those clients are then admitted, or get another time.
 */
export class Pace {
  readonly #stepMs: number;
  readonly #random: () => number;
  /** The last time given. */
  #last = 0;

  /** `perSecond` 0: any time within a few seconds. `random`: from 0 to 1. */
  constructor(perSecond: number, random: () => number) {
    this.#stepMs = perSecond > 0 ? 1_000 / perSecond : 0;
    this.#random = random;
  }

  /** Milliseconds from now to the next time. */
  next(now: number): number {
    if (this.#stepMs === 0) return this.guess(now);
    const soonest = now + MIN_DELAY_MS;
    // A last time beyond the maximum was given before the clock stepped back.
    const after = this.#last > now + LATEST_MS + this.#stepMs ? soonest : Math.max(this.#last + this.#stepMs, soonest);
    if (after - now > LATEST_MS) return LATEST_MS * (1 - this.#random() / 2);
    this.#last = after;
    return after - now;
  }

  /** Like `next`, for a client that does not obey it: it uses up no time. */
  guess(now: number): number {
    const lead = this.#last - now;
    const soonest = lead > MIN_DELAY_MS && lead <= LATEST_MS ? lead : MIN_DELAY_MS;
    return Math.min(LATEST_MS, soonest + SPREAD_MS * this.#random());
  }
}
