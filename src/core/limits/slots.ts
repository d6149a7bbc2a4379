import { ClientError } from '../errors.ts';

/** Lets only so much heavy work run at once, and only so much wait for it. */
export class Slots {
  readonly #preferred: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  readonly #maxWaiting: number;
  readonly #reserved: number;
  #free: number;

  /**
   * `waiting`: how many may wait; preferred work has a queue of its own, as long again. `reserved`: slots that only
   * preferred work uses, less than `running`.
   */
  constructor(running: number, waiting: number, reserved = 0) {
    this.#free = running;
    this.#maxWaiting = waiting;
    this.#reserved = reserved;
  }

  /** Runs the work in its turn, what is preferred first. Rejects with `tooManyRequests` at once when its queue is full. */
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

  /** Gives free slots to those who wait; taken here, so that nobody gets in between. */
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
