import { MemoryLog } from '../../src/adapters/memory/log.ts';
import type {
  Append,
  AppendOutcome,
  ChannelRange,
  EntryRange,
  Log,
  Page,
  Position,
  ReadRange,
  StoredEntry,
} from '../../src/ports/log.ts';
import type { Truth } from './truth.ts';
import type { World } from './world.ts';

/** The history in one node's memory, recorded. */
export class RecordedLog extends MemoryLog {
  readonly #truth: Truth;

  constructor(truth: Truth, epoch: string) {
    super(epoch);
    this.#truth = truth;
  }

  override async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await super.append(batch);
    this.#truth.appended(batch, outcomes);
    return outcomes;
  }

  override async trim(channel: string): Promise<Position> {
    const to = await super.trim(channel);
    this.#truth.trimmed(channel, to);
    return to;
  }
}

export type LogFaults = {
  /** Longest delay before a call's effect, and again before its result, in milliseconds. */
  readonly latency: number;
  readonly appendsFail: number;
  readonly readsFail: number;
};

export const SOUND_LOG: LogFaults = { latency: 1, appendsFail: 0, readsFail: 0 };

/** The error of a failing log; the only one nodes may report. */
export const SIMULATED_FAILURE = 'simulated failure of the log';

/** A durable log over the memory adapter, as slow and unreliable as the port allows. All nodes share it. */
export class FaultyLog implements Log {
  readonly promises = { durable: true, batches: true, inFlight: 2, entries: true, writes: false };
  readonly #world: World;
  readonly #truth: Truth;
  #faults: LogFaults;
  #isDown = false;
  #inner: MemoryLog;
  #epochs = 0;
  #lastAppendAt = 0;

  constructor(world: World, truth: Truth, faults: LogFaults) {
    this.#world = world;
    this.#truth = truth;
    this.#faults = faults;
    this.#inner = this.#empty();
  }

  /** Longest duration of a call, in milliseconds. */
  get latency(): number {
    return this.#faults.latency;
  }

  /** Every call fails until `mend`. */
  breakDown(): void {
    this.#isDown = true;
  }

  mend(): void {
    this.#isDown = false;
  }

  /** From now on there are no faults. */
  heal(): void {
    this.#faults = SOUND_LOG;
    this.mend();
  }

  /** Simulates restoring an old backup: everything is gone, and offsets start again in a new epoch. */
  startNewEpoch(): void {
    this.#inner = this.#empty();
  }

  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    // Appends happen in call order; their results may be reordered.
    this.#lastAppendAt = Math.max(this.#lastAppendAt, this.#world.now() + this.#delay());
    const fails = this.#fails(this.#faults.appendsFail);
    return this.#later(this.#lastAppendAt - this.#world.now(), fails, () => this.#inner.append(batch));
  }

  read(channel: string, range: ReadRange): Promise<Page> {
    const fails = this.#fails(this.#faults.readsFail);
    return this.#later(this.#delay(), fails, () => this.#inner.read(channel, range));
  }

  position(channel: string): Promise<ChannelRange> {
    const fails = this.#fails(this.#faults.readsFail);
    return this.#later(this.#delay(), fails, () => this.#inner.position(channel));
  }

  entries(channel: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    const fails = this.#fails(this.#faults.readsFail);
    return this.#later(this.#delay(), fails, () => this.#inner.entries(channel, range));
  }

  trim(channel: string): Promise<Position> {
    this.#lastAppendAt = Math.max(this.#lastAppendAt, this.#world.now() + this.#delay());
    const fails = this.#fails(this.#faults.appendsFail);
    return this.#later(this.#lastAppendAt - this.#world.now(), fails, () => this.#inner.trim(channel));
  }

  async close(): Promise<void> {}

  #empty(): MemoryLog {
    this.#epochs += 1;
    const prefix = `epoch-${this.#epochs}-`;
    this.#truth.startEpoch('durable', `${prefix}0`);
    return new RecordedLog(this.#truth, prefix);
  }

  #fails(probability: number): boolean {
    return this.#isDown || this.#world.random.chance(probability);
  }

  #delay(): number {
    return this.#world.random.between(0, this.#faults.latency);
  }

  /** Runs after `wait`, and returns the result some time later. */
  #later<T>(wait: number, fails: boolean, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#world.after(wait, () => {
        const outcome = fails ? Promise.reject(new Error(SIMULATED_FAILURE)) : run();
        const answer = this.#delay();
        outcome.then(
          (value) => this.#world.after(answer, () => resolve(value)),
          (error) => this.#world.after(answer, () => reject(error)),
        );
      });
    });
  }
}
