import type {
  Append,
  AppendOutcome,
  ChannelRange,
  EntryRange,
  Log,
  MapEntry,
  Page,
  Position,
  ReadRange,
  StateVersion,
  StoredEntry,
} from '../../ports/log.ts';
import {
  bytesOf,
  type Channel,
  type Entry,
  expired,
  isStale,
  newChannel,
  pageOf,
  toPublication,
  withinPage,
} from './channel.ts';
import { Channels } from './channels.ts';

export type MemoryBounds = {
  /** Channels, including empty ones. */
  readonly channels: number;
  /** Of all their data: texts as UTF-8, plus overhead. */
  readonly bytes: number;
  /** Recently written channels that are not packed. */
  readonly busy: number;
};

const BUSY = 10_000;

/** A map entry's publication and version. */
type MapState = { readonly set: Entry; readonly version?: StateVersion };

/** Channel logs in this process. An ack means: kept until this process ends, or the channel's limits remove it. */
export class MemoryLog implements Log {
  readonly promises = { durable: false, batches: false, inFlight: 1, entries: true, writes: false };
  readonly #channels: Channels;
  readonly #epoch: string;
  readonly #bounds: Omit<MemoryBounds, 'busy'>;
  #channelsForgotten = 0;
  /** Map entries, by channel and key. They have no limit here: the core keeps the same entries, and limits them. */
  readonly #entries = new Map<string, Map<string, MapState>>();

  /**
   * `epoch` must differ between two runs of a process, so that clients do not confuse their offsets. Above the limits
   * the least recently written channel is evicted and starts again in a new epoch; one that exceeds them alone loses
   * its oldest publications.
   */
  constructor(epoch: string, bounds: Partial<MemoryBounds> = {}) {
    const { channels = 1_000_000, bytes = Number.POSITIVE_INFINITY, busy = BUSY } = bounds;
    this.#epoch = epoch;
    this.#bounds = { channels, bytes };
    this.#channels = new Channels(busy);
  }

  /** Its current size, as counted for its limits. */
  get bytes(): number {
    return this.#channels.bytes;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    if (batch.some(({ writes = [] }) => writes.length > 0)) throw new Error('the memory log does not support writes');
    return batch.map((append) => this.#appendOne(append));
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    const state = this.#stateOf(channel);
    return { publications: pageOf(state, range), top: this.#topOf(state) };
  }

  async entries(channel: string, { after, limit }: EntryRange): Promise<readonly StoredEntry[]> {
    const entries = this.#entries.get(channel);
    const keys = [...(entries?.keys() ?? [])].filter((key) => after === undefined || key > after).sort();
    const found = keys.slice(0, limit).flatMap((key) => entries?.get(key) ?? []);
    return found.slice(0, withinPage(found.map(({ set }) => set)).length).map(toStoredEntry);
  }

  async position(channel: string): Promise<ChannelRange> {
    return this.#topOf(this.#stateOf(channel));
  }

  async trim(channel: string): Promise<Position> {
    const state = this.#channels.touch(channel);
    const { epoch, offset } = this.#topOf(state ?? this.#stateOf(channel));
    if (state === undefined) return { epoch, offset };
    this.#channels.dropFirst(state, state.entries.length);
    this.#channels.settle();
    return { epoch, offset };
  }

  async close(): Promise<void> {
    this.#channels.clear();
    this.#entries.clear();
  }

  /** Removes what expired before `now`; called periodically by the owner of the clock. */
  sweep(now: number): void {
    this.#channels.sweep(now);
  }

  #appendOne(append: Append): AppendOutcome {
    const { channel, data, time, key, version, info, tags, entry: mapEntry, except, retention } = append;
    const state = this.#channel(channel);
    const seen = key === undefined ? undefined : state.keys.get(key);
    if (seen !== undefined) {
      return { position: { epoch: this.#epochOf(state), offset: seen.offset }, time: seen.time, repeated: true };
    }
    if (version !== undefined && mapEntry === undefined && isStale(state, version)) {
      const position = { epoch: this.#epochOf(state), offset: this.#topOf(state).offset };
      return { position, time, repeated: true };
    }
    const offset = state.first + state.entries.length;
    const entry: Entry = {
      offset,
      time,
      data,
      bytes: bytesOf(append),
      ...(key !== undefined && { key }),
      ...(info !== undefined && { info }),
      ...(tags !== undefined && { tags }),
      ...(mapEntry !== undefined && { entry: mapEntry }),
      ...(except !== undefined && { except }),
    };
    this.#channels.push(state, entry);
    if (mapEntry !== undefined)
      this.#fold(channel, mapEntry, { set: entry, ...(version !== undefined && { version }) });
    else if (version !== undefined) state.version = version;
    state.expiresAt = retention.ttlMs === 0 ? Number.POSITIVE_INFINITY : time + retention.ttlMs;
    const olderThan = retention.ttlMs === 0 ? 0 : time - retention.ttlMs;
    this.#channels.dropFirst(state, expired(state, retention.size, olderThan));
    this.#channels.settle();
    const position = { epoch: this.#epochOf(state), offset };
    if (!this.#keepWithinBounds(state)) return { position, time, repeated: false };
    return { position, time, repeated: false, floor: state.first - 1 };
  }

  #fold(channel: string, { key, removed }: MapEntry, state: MapState): void {
    const entries = this.#entries.get(channel) ?? new Map<string, MapState>();
    const version = state.version ?? entries.get(key)?.version;
    if (removed === true) entries.delete(key);
    else entries.set(key, { set: state.set, ...(version !== undefined && { version }) });
    if (entries.size === 0) this.#entries.delete(channel);
    else this.#entries.set(channel, entries);
  }

  #channel(name: string): Channel {
    const known = this.#channels.touch(name);
    if (known !== undefined) return known;
    const state = newChannel(name, this.#channelsForgotten);
    this.#channels.add(state);
    return state;
  }

  /** Whether the written channel has lost publications by it. */
  #keepWithinBounds(written: Channel): boolean {
    const { channels, bytes } = this.#bounds;
    const all = this.#channels;
    while (all.size > 1 && (all.size > channels || all.bytes > bytes)) {
      this.#entries.delete(all.forgetEldest());
      this.#channelsForgotten += 1;
    }
    const count = all.countOf(written, all.bytes - bytes);
    all.dropFirst(written, count);
    return count > 0;
  }

  /** For reading. */
  #stateOf(name: string): Channel {
    return this.#channels.get(name) ?? newChannel(name, this.#channelsForgotten);
  }

  /** An evicted channel that returns must get a new epoch: its offsets start again. */
  #epochOf({ born }: Channel): string {
    return `${this.#epoch}${born.toString(36)}`;
  }

  #topOf(state: Channel): ChannelRange {
    const { first, entries } = state;
    return { epoch: this.#epochOf(state), offset: first + entries.length - 1, floor: first - 1 };
  }
}

function toStoredEntry({ set, version }: MapState): StoredEntry {
  return {
    publication: toPublication(set),
    ...(set.key !== undefined && { key: set.key }),
    ...(version !== undefined && { version }),
  };
}
