import type { Tally } from './tally.ts';

/** The interval of updates on a terminal, and of lines elsewhere. */
const TERMINAL_MS = 500;
const LOG_MS = 5_000;
const CLEAR_LINE = '\r\x1b[K';

/** Prints the progress of a long run to stderr. */
export class Progress {
  readonly #tally: Tally;
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #phase = '';

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#timer = setInterval(() => this.#say(), this.#isTerminal ? TERMINAL_MS : LOG_MS);
  }

  enter(phase: string): void {
    this.#phase = phase;
    if (this.#isTerminal) this.#say();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) process.stderr.write(CLEAR_LINE);
  }

  #say(): void {
    const { connected, wanted, sent, received, failures } = this.#tally;
    const secs = Math.round((performance.now() - this.#startedAt) / 1_000);
    const counts = [`${connected}/${wanted} clients`, `${sent} sent`, `${received} received`, `${failures} errors`];
    const line = `  ${secs} s, ${this.#phase}: ${counts.join(', ')}`;
    process.stderr.write(this.#isTerminal ? `${CLEAR_LINE}${line.slice(0, 79)}` : `${line}\n`);
  }
}
