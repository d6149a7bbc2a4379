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

/** The memory log acting as a durable one, with counted calls and adjustable delay. */
export class WatchedLog implements Log {
  readonly promises = { durable: true, batches: true, inFlight: 2, entries: true, writes: false };
  /** Ranges read so far. */
  readonly reads: ReadRange[] = [];
  /** How often a position was read. */
  positions = 0;
  /** Lengths of the appended batches. */
  readonly batches: number[] = [];
  /** If set, every call fails with it. */
  failure: Error | undefined;
  /** Most publications per read, whatever its limit: a log bounds its pages by bytes too. */
  pageLength = Number.POSITIVE_INFINITY;
  #inner: MemoryLog;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  constructor(epoch = 'first-') {
    this.#inner = new MemoryLog(epoch);
  }

  /** Holds back the results of later reads, which are computed now. Returns a function that releases them. */
  pauseReads(): () => void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
    return this.#open;
  }

  /** Simulates restoring an old backup: everything is gone, and offsets start again. */
  startNewEpoch(epoch: string): void {
    this.#inner = new MemoryLog(epoch);
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    this.batches.push(batch.length);
    if (this.failure !== undefined) throw this.failure;
    return this.#inner.append(batch);
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    this.reads.push(range);
    const limit = Math.min(range.limit, this.pageLength);
    return this.#answer(await this.#inner.read(channel, { ...range, limit }));
  }

  async position(channel: string): Promise<ChannelRange> {
    this.positions += 1;
    return this.#answer(await this.#inner.position(channel));
  }

  async entries(channel: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    return this.#answer(await this.#inner.entries(channel, range));
  }

  trim(channel: string): Promise<Position> {
    return this.#inner.trim(channel);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #answer<T>(value: T): Promise<T> {
    await this.#gate;
    if (this.failure !== undefined) throw this.failure;
    return value;
  }
}
