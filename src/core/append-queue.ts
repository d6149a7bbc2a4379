import type { Clock } from '../ports/clock.ts';
import type { Append, AppendOutcome, Log } from '../ports/log.ts';
import type { Span } from '../ports/traces.ts';
import { beginCommit, beginWait, type Wait } from './append-spans.ts';
import { ClientError } from './errors.ts';
import { Histogram } from './histogram.ts';
import { endFailed } from './tracing.ts';

export type QueueBounds = { readonly length: number; readonly bytes: number };

type Waiting = {
  readonly append: Append;
  /** Present where it is traced. */
  readonly wait: Wait | undefined;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Gathers the appends of one turn of the event loop into one batch for the log, in the order of the calls, and
 * holds back publishers when the log cannot keep up: past its bounds `append` rejects with a temporary error.
 */
export class AppendQueue {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #bounds: QueueBounds;
  #waiting: Waiting[] = [];
  #length = 0;
  #bytes = 0;
  /** When the first of those that wait came. */
  #waitingSince = 0;
  /** From coming in to being durable, of each append. */
  readonly delay = new Histogram();
  #idle: (() => void)[] = [];

  constructor(log: Log, clock: Clock, bounds: QueueBounds) {
    this.#log = log;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get log(): Log {
    return this.#log;
  }

  /** Appends that are not answered yet. */
  get length(): number {
    return this.#length;
  }

  /** Characters of their data. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `span`: what it is published under, where that is traced. */
  append(append: Append, span?: Span): Promise<AppendOutcome> {
    return this.#log.durable ? this.#enqueue(append, span) : this.#appendNow(append);
  }

  /** There is no disk to wait for, so nothing to gather. */
  async #appendNow(append: Append): Promise<AppendOutcome> {
    const [outcome] = await this.#log.append([append]);
    return outcome as AppendOutcome;
  }

  #enqueue(append: Append, span: Span | undefined): Promise<AppendOutcome> {
    const bytes = append.data.length;
    if (this.#length >= this.#bounds.length || this.#bytes + bytes > this.#bounds.bytes) {
      return Promise.reject(new ClientError('tooManyRequests', { message: 'the server is busy writing; try again' }));
    }
    this.#length += 1;
    this.#bytes += bytes;
    if (this.#waiting.length === 0) {
      this.#waitingSince = this.#clock.now();
      this.#clock.soon(() => this.#send());
    }
    const wait = span && beginWait(span);
    return new Promise((resolve, reject) => this.#waiting.push({ append, wait, resolve, reject }));
  }

  /** Resolves when everything accepted so far has been answered. */
  drained(): Promise<void> {
    if (this.#length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #send(): Promise<void> {
    const [batch, since] = [this.#waiting, this.#waitingSince];
    this.#waiting = [];
    let commit: Span | undefined;
    try {
      commit = beginCommit(batch, this.#log.system);
      const outcomes = await this.#log.append(batch.map(({ append }) => append));
      this.delay.observe((this.#clock.now() - since) / 1_000, batch.length);
      commit?.end();
      for (const [index, waiting] of batch.entries()) settle(waiting, outcomes[index] as AppendOutcome);
    } catch (cause) {
      endFailed(commit, cause);
      for (const { reject } of batch) reject(notWritten(cause));
    }
    this.#release(batch);
  }

  #release(batch: readonly Waiting[]): void {
    for (const { append } of batch) this.#bytes -= append.data.length;
    this.#length -= batch.length;
    if (this.#length > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}

/** A mistake is the server's own, and no answer that a publisher could do something about. */
function settle({ resolve, reject }: Waiting, outcome: AppendOutcome): void {
  if ('refused' in outcome && outcome.mistake) reject(notWritten(new Error(outcome.refused)));
  else resolve(outcome);
}

function notWritten(cause: unknown): ClientError {
  return new ClientError('internal', { message: 'the log could not be written; try again', cause });
}
