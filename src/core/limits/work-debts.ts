/** What a user may have at once before the rate holds, in seconds of it. */
const BURST_MS = 2_000;
/** The longest wait that any piece of work leads to. */
const MOST_DEBT_MS = 10_000;
/** Users whose debt is remembered; past it all are taken to have none. */
const MOST_USERS = 100_000;

/** What users have been given lately, against what they may be given: paid afterwards, as nobody knows before what it costs. */
export class WorkDebts {
  readonly #perMs: number;
  /** By user: when all is paid. */
  readonly #paidAt = new Map<string, number>();

  /** `perSecond` 0: no bound. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1_000;
  }

  charge(key: string, amount: number, now: number): void {
    if (this.#perMs === 0) return;
    if (this.#paidAt.size >= MOST_USERS) this.#paidAt.clear();
    this.#paidAt.set(key, Math.min(this.#from(key, now) + amount / this.#perMs, now + MOST_DEBT_MS));
  }

  /** Milliseconds until the user may have more; 0: now. */
  waitMs(key: string, now: number): number {
    return Math.max(0, this.#from(key, now) - now - BURST_MS);
  }

  /** Forgets those who owe nothing. */
  sweep(now: number): void {
    for (const [key, paidAt] of this.#paidAt) if (paidAt <= now) this.#paidAt.delete(key);
  }

  /** More than anybody can owe: the clock was put back, and nothing is owed. */
  #from(key: string, now: number): number {
    const paidAt = this.#paidAt.get(key) ?? 0;
    return paidAt > now && paidAt <= now + MOST_DEBT_MS ? paidAt : now;
  }
}
