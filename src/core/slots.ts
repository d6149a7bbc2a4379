import { ClientError } from './errors.ts';

/** Lets only so much heavy work run at once, and only so much wait for it. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;
  readonly #maxWaiting: number;

  constructor(running: number, waiting: number) {
    this.#free = running;
    this.#maxWaiting = waiting;
  }

  /** Runs the work in its turn. Rejects with `tooManyRequests` at once when the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new ClientError('tooManyRequests', { retryAfter: 2 });
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // The slot passes from hand to hand, so that nobody gets in between.
    if (next === undefined) this.#free += 1;
    else next();
  }
}
