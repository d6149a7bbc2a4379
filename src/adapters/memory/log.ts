import type { Append, AppendOutcome, Log, Page, Position, ReadRange } from '../../ports/log.ts';
import { bytesOf, type Channel, type Entry, expired, NOTHING, pageOf } from './channel.ts';

/** What an entry and a channel take in memory besides their texts, roughly. */
const ENTRY_BYTES = 200;
const CHANNEL_BYTES = 500;

/** Channels, empty ones too, and bytes of all that they hold: their texts as UTF-8, and the objects around them. */
export type MemoryBounds = { readonly channels: number; readonly bytes: number };

/** Channel logs in this process. An ack means: held until this process ends, or the channel's bounds let go of it. */
export class MemoryLog implements Log {
  readonly durable = false;
  readonly takesWrites = false;
  readonly #channels = new Map<string, Channel>();
  readonly #epoch: string;
  readonly #bounds: MemoryBounds;
  /** Walks through the channels, the one written to longest ago first: beginning anew each time would cost their number. */
  #eldest = this.#channels.keys();
  #bytes = 0;
  #channelsForgotten = 0;

  /**
   * `epoch` must differ between two runs of a process, so that clients do not mistake one's offsets for the other's.
   * Past the bounds the channel written to longest ago is forgotten and starts anew, in a new epoch; one that is past
   * them alone loses its oldest publications.
   */
  constructor(epoch: string, { channels = 1_000_000, bytes = Number.POSITIVE_INFINITY }: Partial<MemoryBounds> = {}) {
    this.#epoch = epoch;
    this.#bounds = { channels, bytes };
  }

  /** What it holds, as its bounds count it. */
  get bytes(): number {
    return this.#bytes;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    if (batch.some(({ writes = [] }) => writes.length > 0)) throw new Error('the memory log takes no writes');
    return batch.map((append) => this.#appendOne(append));
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    const state = this.#channels.get(channel) ?? NOTHING;
    return { publications: pageOf(state, range), top: this.#topOf(state) };
  }

  async position(channel: string): Promise<Position> {
    return this.#topOf(this.#channels.get(channel) ?? NOTHING);
  }

  async trim(channel: string): Promise<void> {
    const state = this.#channels.get(channel);
    if (state !== undefined) this.#dropFirst(state, state.entries.length);
  }

  async close(): Promise<void> {
    this.#channels.clear();
    this.#bytes = 0;
  }

  /** Lets go of what expired before `now`; called every now and then by the owner of the clock. */
  sweep(now: number): void {
    for (const state of this.#channels.values()) {
      if (state.expiresAt <= now) this.#dropFirst(state, state.entries.length);
    }
  }

  #appendOne(append: Append): AppendOutcome {
    const { channel, data, time, key, info, tags, except, retention } = append;
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
      bytes: bytesOf(append),
      ...(key !== undefined && { key }),
      ...(info !== undefined && { info }),
      ...(tags !== undefined && { tags }),
      ...(except !== undefined && { except }),
    };
    state.entries.push(entry);
    this.#bytes += ENTRY_BYTES + entry.bytes;
    if (key !== undefined) state.keys.set(key, entry);
    state.expiresAt = retention.ttlMs === 0 ? Number.POSITIVE_INFINITY : time + retention.ttlMs;
    this.#dropFirst(state, expired(state, retention.size, retention.ttlMs === 0 ? 0 : time - retention.ttlMs));
    this.#keepWithin(this.#bounds, state);
    return { position: { epoch: state.epoch, offset }, time, repeated: false };
  }

  #channel(name: string): Channel {
    const known = this.#channels.get(name);
    if (known !== undefined) {
      this.#channels.delete(name);
      this.#channels.set(name, known);
      return known;
    }
    const state: Channel = {
      name,
      epoch: this.#epochOfNew(),
      first: 1,
      entries: [],
      keys: new Map(),
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.#channels.set(name, state);
    this.#bytes += CHANNEL_BYTES + Buffer.byteLength(name);
    return state;
  }

  #keepWithin({ channels, bytes }: MemoryBounds, written: Channel): void {
    while (this.#channels.size > 1 && (this.#channels.size > channels || this.#bytes > bytes)) this.#forgetEldest();
    let [drop, over] = [0, this.#bytes - bytes];
    for (; over > 0 && drop < written.entries.length - 1; drop += 1) {
      over -= ENTRY_BYTES + (written.entries[drop]?.bytes ?? 0);
    }
    this.#dropFirst(written, drop);
  }

  #forgetEldest(): void {
    let next = this.#eldest.next();
    if (next.done) {
      this.#eldest = this.#channels.keys();
      next = this.#eldest.next();
    }
    const state = this.#channels.get(next.value ?? '');
    if (state === undefined) return;
    this.#dropFirst(state, state.entries.length);
    this.#channels.delete(state.name);
    this.#bytes -= CHANNEL_BYTES + Buffer.byteLength(state.name);
    this.#channelsForgotten += 1;
  }

  #dropFirst(state: Channel, count: number): void {
    if (count === 0) return;
    for (const { key, bytes } of state.entries.splice(0, count)) {
      if (key !== undefined) state.keys.delete(key);
      this.#bytes -= ENTRY_BYTES + bytes;
    }
    state.first += count;
  }

  /** A forgotten channel that comes back must not have the epoch it had: its offsets begin anew. */
  #epochOfNew(): string {
    return `${this.#epoch}${this.#channelsForgotten.toString(36)}`;
  }

  #topOf({ epoch, first, entries }: Channel): Position {
    return { epoch: epoch === '' ? this.#epochOfNew() : epoch, offset: first + entries.length - 1 };
  }
}
