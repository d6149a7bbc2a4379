import { BackendUnavailable } from '../../ports/backend.ts';

export type BreakerSettings = {
  /** Failures in a row that open the breaker. */
  readonly failures: number;
  readonly pauseMs: number;
  /** Maximum concurrent requests. */
  readonly atOnce: number;
  readonly now: () => number;
};

/** `probing`: the pause is over, and one request tests whether later ones may pass. */
type State =
  | { readonly tag: 'closed'; readonly failures: number }
  | { readonly tag: 'open'; readonly until: number }
  | { readonly tag: 'probing' };

/** A circuit breaker: stops requests to an address that does not answer. */
export class Breaker {
  readonly #settings: BreakerSettings;
  #state: State = { tag: 'closed', failures: 0 };
  #waiting = 0;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  /**
   * Rejects with `BackendUnavailable` at once if it is open, or too many requests are pending; otherwise like `ask`.
   */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    this.#enter();
    this.#waiting += 1;
    try {
      const answer = await ask();
      this.#state = { tag: 'closed', failures: 0 };
      return answer;
    } catch (error) {
      this.#fail();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  #enter(): void {
    if (this.#waiting >= this.#settings.atOnce) throw new BackendUnavailable('too many requests are pending');
    switch (this.#state.tag) {
      case 'closed':
        return;
      case 'open':
        if (this.#settings.now() < this.#state.until) throw new BackendUnavailable('it has failed several times');
        this.#state = { tag: 'probing' };
        return;
      case 'probing':
        throw new BackendUnavailable('it is being tested');
      default:
        this.#state satisfies never;
    }
  }

  #fail(): void {
    const { failures, pauseMs, now } = this.#settings;
    const before = this.#state.tag === 'closed' ? this.#state.failures : failures;
    this.#state =
      before + 1 >= failures ? { tag: 'open', until: now() + pauseMs } : { tag: 'closed', failures: before + 1 };
  }
}
