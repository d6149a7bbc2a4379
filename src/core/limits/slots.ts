import { ClientError } from '../errors.ts';

/** Limits the concurrency of heavy work, and its queue. */
export class Slots {
  readonly #preferred: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  readonly #maxWaiting: number;
  readonly #reserved: number;
  #free: number;

  /**
   * `waiting`: the queue's limit; preferred work has its own queue of that length. `reserved`: slots for preferred work
   * only, less than `running`.
   */
  constructor(running: number, waiting: number, reserved = 0) {
    this.#free = running;
    this.#maxWaiting = waiting;
    this.#reserved = reserved;
  }

  /** Runs the work in its turn, preferred work first. Rejects with `tooManyRequests` at once if its queue is full. */
  async run<T>(work: () => Promise<T>, isPreferred = false): Promise<T> {
    await this.#enter(isPreferred);
    try {
      return await work();
    } finally {
      this.#free += 1;
      this.#admit();
    }
  }

  async #enter(isPreferred: boolean): Promise<void> {
    const queue = isPreferred ? this.#preferred : this.#others;
    if (queue.length >= this.#maxWaiting && !this.#hasRoom(isPreferred)) {
      throw new ClientError('tooManyRequests', { retryAfter: 2 });
    }
    const turn = new Promise<void>((resolve) => queue.push(resolve));
    this.#admit();
    await turn;
  }

  /** Assigns free slots to waiting work; taken here, so that nobody gets in between. */
  #admit(): void {
    while (this.#preferred.length > 0 && this.#hasRoom(true)) this.#begin(this.#preferred);
    while (this.#others.length > 0 && this.#hasRoom(false)) this.#begin(this.#others);
  }

  #begin(queue: (() => void)[]): void {
    this.#free -= 1;
    queue.shift()?.();
  }

  #hasRoom(isPreferred: boolean): boolean {
    return this.#free > (isPreferred ? 0 : this.#reserved);
  }
}
