import type { Clock } from '../../ports/clock.ts';
import type { Append, AppendOutcome, Log } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import { ClientError } from '../errors.ts';
import { Histogram } from '../measures/histogram.ts';
import { endFailed } from '../measures/tracing.ts';
import { beginCommit, beginWait, type Wait } from './append-spans.ts';

export type QueueBounds = { readonly length: number; readonly bytes: number };

type Waiting = {
  readonly append: Append;
  /** Present if traced. */
  readonly wait: Wait | undefined;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Collects appends into batches for the log, in call order: those of one turn of the event loop, and, while the maximum
 * number of batches is being written, everything that arrives meanwhile, so that a slow log gets fewer and larger
 * batches. Above its limits `append` rejects with a temporary error.
 */
export class AppendQueue {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #bounds: QueueBounds;
  #waiting: Waiting[] = [];
  #length = 0;
  #bytes = 0;
  /** Batches the log has not answered yet. */
  #inFlight = 0;
  /** Whether the end of this turn, or the end of a batch, will send the waiting appends. */
  #willSend = false;
  /** When the first waiting append arrived. */
  #waitingSince = 0;
  /** Time from arrival to durability, per append. */
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

  /** Appends without an answer yet. */
  get length(): number {
    return this.#length;
  }

  /** Characters of their data. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `span`: the parent span, if traced. */
  append(append: Append, span?: Span): Promise<AppendOutcome> {
    return this.#log.promises.batches ? this.#enqueue(append, span) : this.#appendNow(append);
  }

  /** Batching gains nothing. */
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
    if (this.#waiting.length === 0) this.#waitingSince = this.#clock.now();
    this.#sendLater();
    const wait = span && beginWait(span);
    return new Promise((resolve, reject) => this.#waiting.push({ append, wait, resolve, reject }));
  }

  /** Resolves when everything accepted so far has been answered. */
  drained(): Promise<void> {
    if (this.#length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #sendLater(): void {
    if (this.#willSend || this.#inFlight >= this.#log.promises.inFlight) return;
    this.#willSend = true;
    this.#clock.soon(() => {
      this.#willSend = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const [batch, since] = [this.#waiting, this.#waitingSince];
    this.#waiting = [];
    this.#inFlight += 1;
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
    this.#inFlight -= 1;
    this.#release(batch);
    if (this.#waiting.length > 0) this.#sendLater();
  }

  #release(batch: readonly Waiting[]): void {
    for (const { append } of batch) this.#bytes -= append.data.length;
    this.#length -= batch.length;
    if (this.#length > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}

/** A mistake is the server's own; the publisher cannot act on it. */
function settle({ resolve, reject }: Waiting, outcome: AppendOutcome): void {
  if ('refused' in outcome && outcome.mistake) reject(notWritten(new Error(outcome.refused)));
  else resolve(outcome);
}

function notWritten(cause: unknown): ClientError {
  return new ClientError('internal', { message: 'the log could not be written; try again', cause });
}
