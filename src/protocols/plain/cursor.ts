import { ClientError } from '../../core/errors.ts';
import type { Position } from '../../ports/log.ts';

/** Longest cursor that is taken: longer lines don't get through proxies. */
const CURSOR_LIMIT = 8_192;
const ENTRY = /^([0-9a-z]{1,11}):(\d{1,16})(?::([\w.!~*'()%-]{0,192}))?$/;

/** Where a client was that says so in words that are not ours: in no epoch that there is. */
const NOWHERE: Position = { epoch: '?', offset: 0 };

/** A position, and where in the cursor it stands. */
type Place = { readonly epoch: string; offset: number; readonly index: number };

/**
 * Where a client stands in each of its channels, as one line of ASCII: `key:offset:epoch,key:offset,…`. An entry without
 * an epoch has that of the entry before it; an empty one says that the channel keeps no history.
 */
export class Cursor {
  readonly #places = new Map<string, Place>();
  /** What each entry is written as, once that was asked for: a stream writes it with every event, and one has changed. */
  #written: string[] | undefined;
  /** The client was somewhere, and nobody knows where. */
  #isLost = false;

  /** Throws `ClientError` `invalidInput` for what is no cursor. */
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

  /** As `parse`; what is no cursor stands for an unknown place in every channel, from which nothing can be recovered. */
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

  /** From where the client wants what it missed; undefined where it has not been, or nothing is kept. */
  since(channel: string): Position | undefined {
    const place = this.#places.get(keyOf(channel));
    if (place === undefined && this.#isLost) return NOWHERE;
    return place === undefined || place.epoch === '' ? undefined : { epoch: place.epoch, offset: place.offset };
  }

  set(channel: string, position: Position): void {
    this.#put(keyOf(channel), position);
  }

  /** The client has been given the channel's publication with this offset. `whole`: all of the cursor then, if known. */
  advance(key: string, offset: number, whole?: string): void {
    const place = this.#places.get(key);
    if (place === undefined || offset === 0) return;
    place.offset = offset;
    if (this.#written === undefined) return;
    // A text that others hold too is hashed once for all of them.
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
 * A short stand-in for a channel's name, which may be too long for a header: 53 bits. Two names with the same one would
 * share a place in the cursor of whoever asks for both, and cost nobody else anything.
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

/** Lets every bit of the number change every other one. */
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
  return new ClientError('invalidInput', { field: 'cursor', message: 'is no cursor of this server' });
}
