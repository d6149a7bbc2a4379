import { ANSWER_MS, WireError } from './wire.ts';

type Waiting<T> = {
  readonly resolve: (answer: T) => void;
  readonly reject: (error: Error) => void;
  readonly until: number;
};

const LOOK_MS = 1_000;

/** Questions on one line that wait for their answers, by number. */
export class Answers<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  /** One for all questions: a timer each would cost more than the question. */
  readonly #timer = setInterval(() => this.#expire(), LOOK_MS);
  #last = 0;
  #ended: Error | undefined;

  /** Asks under a new number. Rejects when the line ends, or no answer comes. */
  ask(say: (id: number) => void): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#last += 1;
    const id = this.#last;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, until: performance.now() + ANSWER_MS });
      say(id);
    });
  }

  settle(id: number, answer: T | Error): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (answer instanceof Error) waiting.reject(answer);
    else waiting.resolve(answer);
  }

  /** The line has ended: whoever waits is told why. */
  end(error: Error): void {
    this.#ended ??= error;
    clearInterval(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #expire(): void {
    const now = performance.now();
    // The oldest stand first.
    for (const [id, { until }] of this.#waiting) {
      if (until > now) return;
      this.settle(id, new WireError('timeout', 'no answer'));
    }
  }
}
