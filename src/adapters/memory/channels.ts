import type { Channel } from './channel.ts';
import { isMarker, nameIn, pack, packEmptied, packMarker, unpack } from './packed-channel.ts';
import { PackedRecords } from './packed-records.ts';

/** Approximate memory of an entry and of an unpacked channel, besides their texts. */
const ENTRY_BYTES = 200;
const CHANNEL_BYTES = 500;

/**
 * The channels of a log, in order of their last write. Recent ones are objects; small ones before them are packed,
 * because there may be a million inactive channels.
 */
export class Channels {
  readonly #busyLimit: number;
  readonly #busy = new Map<string, Channel>();
  /** Too large to be packed; `packed` has a marker for each, at its place. */
  readonly #large = new Map<string, Channel>();
  readonly #packed = new PackedRecords(nameIn);
  /** Iterates over `busy`, least recently written first: restarting each time would be quadratic. */
  #eldest = this.#busy.keys();
  /** Of unpacked channels. */
  #bytes = 0;

  /** `busyLimit`: how many stay unpacked, even if they are small. */
  constructor(busyLimit: number) {
    this.#busyLimit = busyLimit;
  }

  get size(): number {
    return this.#busy.size + this.#packed.size;
  }

  /** Approximate memory. */
  get bytes(): number {
    return this.#bytes + this.#packed.bytes;
  }

  /** For reading; changes to it may be lost. */
  get(name: string): Channel | undefined {
    const found = this.#busy.get(name) ?? this.#large.get(name);
    if (found !== undefined) return found;
    const packed = this.#packed.get(name);
    return packed && unpack(packed);
  }

  /** For writing: makes it the most recent. */
  touch(name: string): Channel | undefined {
    const found = this.#busy.get(name);
    if (found === undefined) return this.#unsettle(name);
    this.#busy.delete(name);
    this.#busy.set(name, found);
    return found;
  }

  /** Creates one, as the most recent. */
  add(channel: Channel): void {
    this.#busy.set(channel.name, channel);
    this.#bytes += bytesIn(channel);
  }

  /** Adds a publication to a channel that was just touched or added. */
  push(channel: Channel, entry: Channel['entries'][number]): void {
    channel.entries.push(entry);
    if (entry.key !== undefined) channel.keys.set(entry.key, entry);
    this.#bytes += ENTRY_BYTES + entry.bytes;
  }

  /** Removes the oldest publications of one that was just touched or added. */
  dropFirst(channel: Channel, count: number): void {
    if (count === 0) return;
    for (const { key, bytes } of channel.entries.splice(0, count)) {
      if (key !== undefined) channel.keys.delete(key);
      this.#bytes -= ENTRY_BYTES + bytes;
    }
    channel.first += count;
  }

  /** How many of its oldest publications have this many bytes, keeping the newest. */
  countOf(channel: Channel, bytes: number): number {
    let [count, left] = [0, bytes];
    for (; left > 0 && count < channel.entries.length - 1; count += 1) {
      left -= ENTRY_BYTES + (channel.entries[count]?.bytes ?? 0);
    }
    return count;
  }

  /** Packs channels that were not written recently. */
  settle(): void {
    while (this.#busy.size > this.#busyLimit) this.#settleEldest();
  }

  /** Evicts the least recently written one, and returns its name. */
  forgetEldest(): string {
    const record = this.#packed.takeEldest();
    const name = record === undefined ? this.#nextEldest() : nameIn(record.text);
    if (record === undefined) this.#remove(this.#busy, name);
    else if (isMarker(record)) this.#remove(this.#large, name);
    return name;
  }

  /** Removes what expired before `now`; the channels stay. */
  sweep(now: number): void {
    for (const channels of [this.#busy, this.#large]) {
      for (const channel of channels.values()) {
        if (channel.expiresAt <= now) this.dropFirst(channel, channel.entries.length);
      }
    }
    this.#packed.expire(now, packEmptied);
  }

  clear(): void {
    this.#busy.clear();
    this.#large.clear();
    this.#packed.clear();
    this.#bytes = 0;
  }

  #settleEldest(): void {
    const channel = this.#remove(this.#busy, this.#nextEldest());
    if (channel === undefined) return;
    const packed = pack(channel);
    this.#packed.add(channel.name, packed ?? packMarker(channel.name));
    if (packed !== undefined) return;
    this.#large.set(channel.name, channel);
    this.#bytes += bytesIn(channel);
  }

  #unsettle(name: string): Channel | undefined {
    const record = this.#packed.take(name);
    if (record === undefined) return undefined;
    const channel = this.#remove(this.#large, name) ?? unpack(record);
    this.add(channel);
    return channel;
  }

  #remove(from: Map<string, Channel>, name: string): Channel | undefined {
    const channel = from.get(name);
    if (channel === undefined) return undefined;
    from.delete(name);
    this.#bytes -= bytesIn(channel);
    return channel;
  }

  #nextEldest(): string {
    let next = this.#eldest.next();
    if (next.done) {
      this.#eldest = this.#busy.keys();
      next = this.#eldest.next();
    }
    return next.value ?? '';
  }
}

function bytesIn({ name, entries }: Channel): number {
  return entries.reduce((sum, { bytes }) => sum + ENTRY_BYTES + bytes, CHANNEL_BYTES + Buffer.byteLength(name));
}
