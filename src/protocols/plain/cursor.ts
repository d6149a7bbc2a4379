import { ClientError } from '../../core/errors.ts';
import type { Position } from '../../ports/log.ts';

/** Longest accepted cursor: longer lines do not pass proxies. */
const CURSOR_LIMIT = 8_192;
const ENTRY = /^([0-9a-z]{1,11}):(\d{1,16})(?::([\w.!~*'()%-]{0,192}))?$/;

/** The position of a client whose cursor is not ours: in an epoch that never exists. */
const NOWHERE: Position = { epoch: '?', offset: 0 };

/** A position, and its index in the cursor. */
type Place = { readonly epoch: string; offset: number; readonly index: number };

/**
 * A client's position in each of its channels, as one line of ASCII: `key:offset:epoch,key:offset,…`. An entry without
 * an epoch has the previous entry's; an empty one means that the channel has no history.
 */
export class Cursor {
  readonly #places = new Map<string, Place>();
  /** The cached text of each entry: a stream writes the cursor with every event, and one entry has changed. */
  #written: string[] | undefined;
  /** The client had a position, but it is unknown. */
  #isLost = false;

  /** Throws `ClientError` `invalidInput` for an invalid cursor. */
  static parse(text: string): Cursor {
    const cursor = new Cursor();
    if (text === '') return cursor;
    if (text.length > CURSOR_LIMIT) throw wrong();
    let epoch: string | undefined;
    for (const entry of text.split(',')) {
      const [, key, digits, written] = ENTRY.exec(entry) ?? [];
      epoch = written === undefined ? epoch : decode(written);
      const offset = Number(digits);
      if (key === undefined || epoch === undefined || !Number.isSafeInteger(offset)) throw wrong();
      cursor.#put(key, { epoch, offset });
    }
    return cursor;
  }

  /** Like `parse`; an invalid cursor becomes an unknown position in every channel, which cannot be recovered. */
  static parseAny(text: string): Cursor {
    try {
      return Cursor.parse(text);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const lost = new Cursor();
      lost.#isLost = true;
      return lost;
    }
  }

  /** Only the entries of these channels. */
  of(channels: readonly string[]): Cursor {
    const chosen = new Cursor();
    chosen.#isLost = this.#isLost;
    for (const channel of channels) {
      const place = this.#places.get(keyOf(channel));
      if (place !== undefined) chosen.#put(keyOf(channel), place);
    }
    return chosen;
  }

  knows(channel: string): boolean {
    return this.#places.has(keyOf(channel));
  }

  /** The position to recover from; undefined if there is none, or nothing is kept. */
  since(channel: string): Position | undefined {
    const place = this.#places.get(keyOf(channel));
    if (place === undefined && this.#isLost) return NOWHERE;
    return place === undefined || place.epoch === '' ? undefined : { epoch: place.epoch, offset: place.offset };
  }

  set(channel: string, position: Position): void {
    this.#put(keyOf(channel), position);
  }

  /** The client received the channel's publication with this offset. `whole`: the resulting cursor text, if known. */
  advance(key: string, offset: number, whole?: string): void {
    const place = this.#places.get(key);
    if (place === undefined || offset === 0) return;
    place.offset = offset;
    if (this.#written === undefined) return;
    // A text shared with others is hashed once for all of them.
    if (whole !== undefined && this.#written.length === 1) {
      this.#written[0] = whole;
      return;
    }
    const entry = this.#written[place.index] ?? '';
    const epochAt = entry.indexOf(':', key.length + 1);
    this.#written[place.index] = `${key}:${offset}${epochAt < 0 ? '' : entry.slice(epochAt)}`;
  }

  toString(): string {
    this.#written ??= this.#write();
    return this.#written.length === 1 ? (this.#written[0] ?? '') : this.#written.join();
  }

  #put(key: string, { epoch, offset }: Position): void {
    this.#places.set(key, { epoch, offset, index: this.#places.get(key)?.index ?? this.#places.size });
    this.#written = undefined;
  }

  #write(): string[] {
    let last: string | undefined;
    return [...this.#places].map(([key, { epoch, offset }]) => {
      const entry = epoch === last ? `${key}:${offset}` : `${key}:${offset}:${encodeURIComponent(epoch)}`;
      last = epoch;
      return entry;
    });
  }
}

/**
 * A 53-bit hash in place of a channel's name, which may be too long for a header. Two names with the same hash would
 * share a position only in the cursor of a client that requests both.
 */
export function keyOf(channel: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < channel.length; at += 1) {
    const unit = channel.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = mix(high) ^ mix(low ^ 0x2545f491);
  low = mix(low);
  return ((high & 0x1fffff) * 2 ** 32 + (low >>> 0)).toString(36);
}

/** Mixes all bits of the number. */
function mix(number: number): number {
  const once = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function decode(epoch: string): string {
  try {
    return decodeURIComponent(epoch);
  } catch {
    throw wrong();
  }
}

function wrong(): ClientError {
  return new ClientError('invalidInput', { field: 'cursor', message: 'is not a cursor of this server' });
}
