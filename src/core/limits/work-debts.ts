/** The burst a user may have before the rate applies, in seconds of it. */
const BURST_MS = 2_000;
/** The longest wait caused by any piece of work. */
const MAX_DEBT_MS = 10_000;
/** Users whose debt is remembered; above it all count as having none. */
const MAX_USERS = 100_000;

/** What users were sent recently, compared with their rate: charged afterwards, as the cost is not known before. */
export class WorkDebts {
  readonly #perMs: number;
  /** By user: when the debt is paid. */
  readonly #paidAt = new Map<string, number>();

  /** `perSecond` 0 means unlimited. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1_000;
  }

  charge(key: string, amount: number, now: number): void {
    if (this.#perMs === 0) return;
    if (this.#paidAt.size >= MAX_USERS) this.#paidAt.clear();
    this.#paidAt.set(key, Math.min(this.#from(key, now) + amount / this.#perMs, now + MAX_DEBT_MS));
  }

  /** Milliseconds until the user may have more; 0: now. */
  waitMs(key: string, now: number): number {
    return Math.max(0, this.#from(key, now) - now - BURST_MS);
  }

  /** Forgets users without debt. */
  sweep(now: number): void {
    for (const [key, paidAt] of this.#paidAt) if (paidAt <= now) this.#paidAt.delete(key);
  }

  /** More than the maximum debt: the clock stepped back, and there is no debt. */
  #from(key: string, now: number): number {
    const paidAt = this.#paidAt.get(key) ?? 0;
    return paidAt > now && paidAt <= now + MAX_DEBT_MS ? paidAt : now;
  }
}
