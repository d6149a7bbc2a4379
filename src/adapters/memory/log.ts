import {
  type Append,
  type AppendOutcome,
  type Log,
  PAGE_BYTES,
  type Page,
  type Position,
  type Publication,
  type ReadRange,
} from '../../ports/log.ts';

type Entry = Publication & { readonly key?: string };

type Channel = {
  readonly epoch: string;
  /** Offset of `entries[0]`, or of the next publication when there is none. */
  first: number;
  readonly entries: Entry[];
  readonly keys: Map<string, Entry>;
  /** When everything in it has expired, in wall-clock milliseconds; Infinity when it never does. */
  expiresAt: number;
};

const NOTHING: Channel = { epoch: '', first: 1, entries: [], keys: new Map(), expiresAt: Number.POSITIVE_INFINITY };

/** Channel logs in this process. An ack means: held until this process ends, or the channel's bounds let go of it. */
export class MemoryLog implements Log {
  readonly durable = false;
  readonly takesWrites = false;
  readonly #channels = new Map<string, Channel>();
  readonly #epoch: string;
  readonly #channelsKept: number;
  #channelsForgotten = 0;

  /**
   * `epoch` must differ between two runs of a process, so that clients do not mistake one's offsets for the other's.
   * Of more than `channelsKept` channels, empty ones too, the oldest is forgotten and starts anew, in a new epoch.
   */
  constructor(epoch: string, channelsKept = 1_000_000) {
    this.#epoch = epoch;
    this.#channelsKept = channelsKept;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    if (batch.some(({ writes = [] }) => writes.length > 0)) throw new Error('the memory log takes no writes');
    return batch.map((append) => this.#appendOne(append));
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    const state = this.#channels.get(channel) ?? NOTHING;
    return { publications: firstPage(pick(state, range)).map(toPublication), top: this.#topOf(state) };
  }

  async position(channel: string): Promise<Position> {
    return this.#topOf(this.#channels.get(channel) ?? NOTHING);
  }

  async trim(channel: string): Promise<void> {
    const state = this.#channels.get(channel);
    if (state !== undefined) dropFirst(state, state.entries.length);
  }

  async close(): Promise<void> {
    this.#channels.clear();
  }

  /** Lets go of what expired before `now`; called every now and then by the owner of the clock. */
  sweep(now: number): void {
    for (const state of this.#channels.values()) if (state.expiresAt <= now) dropFirst(state, state.entries.length);
  }

  #appendOne({ channel, data, time, key, info, tags, retention }: Append): AppendOutcome {
    const state = this.#channel(channel);
    const seen = key === undefined ? undefined : state.keys.get(key);
    if (seen !== undefined) {
      return { position: { epoch: state.epoch, offset: seen.offset }, time: seen.time, repeated: true };
    }
    const offset = state.first + state.entries.length;
    const entry: Entry = {
      offset,
      time,
      data,
      ...(key !== undefined && { key }),
      ...(info !== undefined && { info }),
      ...(tags !== undefined && { tags }),
    };
    state.entries.push(entry);
    if (key !== undefined) state.keys.set(key, entry);
    state.expiresAt = retention.ttlMs === 0 ? Number.POSITIVE_INFINITY : time + retention.ttlMs;
    expire(state, retention.size, retention.ttlMs === 0 ? 0 : time - retention.ttlMs);
    return { position: { epoch: state.epoch, offset }, time, repeated: false };
  }

  #channel(name: string): Channel {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    // The epoch that readers of the channel have been told, so before another one is forgotten.
    const epoch = this.#epochOfNew();
    if (this.#channels.size >= this.#channelsKept) this.#forgetOldest();
    const state: Channel = {
      epoch,
      first: 1,
      entries: [],
      keys: new Map(),
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.#channels.set(name, state);
    return state;
  }

  #forgetOldest(): void {
    for (const name of this.#channels.keys()) {
      this.#channels.delete(name);
      this.#channelsForgotten += 1;
      return;
    }
  }

  /** A forgotten channel that comes back must not have the epoch it had: its offsets begin anew. */
  #epochOfNew(): string {
    return `${this.#epoch}${this.#channelsForgotten.toString(36)}`;
  }

  #topOf({ epoch, first, entries }: Channel): Position {
    return { epoch: epoch === '' ? this.#epochOfNew() : epoch, offset: first + entries.length - 1 };
  }
}

function expire(state: Channel, size: number, olderThan: number): void {
  let drop = size > 0 ? Math.max(0, state.entries.length - size) : 0;
  while (drop < state.entries.length && (state.entries[drop]?.time ?? 0) < olderThan) drop += 1;
  // Shifting an array costs its length, so let a tenth pile up first; reads hide what is over the bound.
  if (drop > 0 && drop >= Math.min(100, Math.ceil(size / 10))) dropFirst(state, drop);
}

function dropFirst(state: Channel, count: number): void {
  for (const entry of state.entries.splice(0, count)) if (entry.key !== undefined) state.keys.delete(entry.key);
  state.first += count;
}

function pick(state: Channel, { after, limit, reverse = false }: ReadRange): readonly Entry[] {
  if (limit === 0) return [];
  if (reverse) {
    const end = after === undefined ? state.entries.length : clamp(after - state.first, state.entries.length);
    return state.entries.slice(Math.max(0, end - limit), end).reverse();
  }
  const start = clamp((after ?? 0) + 1 - state.first, state.entries.length);
  return state.entries.slice(start, start + limit);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length);
}

/** As many of the entries as a page carries. */
function firstPage(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    bytes += bytesOf(entry);
    return bytes > PAGE_BYTES && index > 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** Of its texts, as UTF-8. */
function bytesOf({ data, info, tags }: Entry): number {
  let bytes = Buffer.byteLength(data);
  for (const part of [info, tags]) if (part !== undefined) bytes += Buffer.byteLength(JSON.stringify(part));
  return bytes;
}

function toPublication({ offset, time, data, info, tags }: Entry): Publication {
  return { offset, time, data, ...(info !== undefined && { info }), ...(tags !== undefined && { tags }) };
}
