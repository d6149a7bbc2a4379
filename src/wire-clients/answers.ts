import { ANSWER_MS, WireError } from './wire-client.ts';

type Waiting<T> = {
  readonly resolve: (answer: T) => void;
  readonly reject: (error: Error) => void;
  readonly until: number;
};

const CHECK_INTERVAL_MS = 1_000;

/** Pending commands of one connection, by id. */
export class Answers<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  /** One timer for all commands: a timer each would cost more than the command. */
  readonly #timer = setInterval(() => this.#expire(), CHECK_INTERVAL_MS);
  #last = 0;
  #ended: Error | undefined;

  /** Sends a command under a new id. Rejects when the connection closes, or no reply comes in time. */
  ask(send: (id: number) => void): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#last += 1;
    const id = this.#last;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, until: performance.now() + ANSWER_MS });
      send(id);
    });
  }

  settle(id: number, answer: T | Error): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (answer instanceof Error) waiting.reject(answer);
    else waiting.resolve(answer);
  }

  /** The connection has closed: rejects all pending commands. */
  end(error: Error): void {
    this.#ended ??= error;
    clearInterval(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #expire(): void {
    const now = performance.now();
    // The oldest come first.
    for (const [id, { until }] of this.#waiting) {
      if (until > now) return;
      this.settle(id, new WireError('timeout', 'no answer'));
    }
  }
}
