/** Nobody is told to come back sooner than this, nor later. */
const SOONEST_MS = 1_000;
const LATEST_MS = 60_000;
/** Between those who are told no time of their own. */
const SPREAD_MS = 2_000;

/**
 * Times to come back at, one behind the other, so many a second. When they run out, later ones lie anywhere in the later
 * half: whoever comes then is let in, or told once more.
 */
export class Pace {
  readonly #stepMs: number;
  readonly #random: () => number;
  /** The last one that was given. */
  #last = 0;

  /** `perSecond` 0: any time within a few seconds. `random`: from 0 to 1. */
  constructor(perSecond: number, random: () => number) {
    this.#stepMs = perSecond > 0 ? 1_000 / perSecond : 0;
    this.#random = random;
  }

  /** Milliseconds from now to the next time. */
  next(now: number): number {
    if (this.#stepMs === 0) return this.guess(now);
    const soonest = now + SOONEST_MS;
    // One that lies further off than any that is given was made before the clock was put back.
    const after = this.#last > now + LATEST_MS + this.#stepMs ? soonest : Math.max(this.#last + this.#stepMs, soonest);
    if (after - now > LATEST_MS) return LATEST_MS * (1 - this.#random() / 2);
    this.#last = after;
    return after - now;
  }

  /** As `next`, for one that will not keep to it: it takes nobody's time. */
  guess(now: number): number {
    const lead = this.#last - now;
    const soonest = lead > SOONEST_MS && lead <= LATEST_MS ? lead : SOONEST_MS;
    return Math.min(LATEST_MS, soonest + SPREAD_MS * this.#random());
  }
}
