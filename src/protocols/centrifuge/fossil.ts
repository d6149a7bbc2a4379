import type { Publication } from '../../ports/log.ts';

/** Bytes that must match before a copy is tried, and the distance between indexed positions of the source. */
const BLOCK = 16;
/** How many positions with the same hash are tried; more would be slow on repetitive text. */
const TRIES = 16;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~';
const COPY = 0x40;
const COMMA = 0x2c;
const INSERT = 0x3a;
const END = 0x3b;
const NEWLINE = 0x0a;
const NONE = -1;

/** `text`: both are UTF-8, and no character is split, so that the patch is UTF-8 too. */
export type Bodies = { readonly source: Uint8Array; readonly target: Uint8Array; readonly text: boolean };

/**
 * A patch that turns the source into the target, in Fossil's delta format; undefined if none is shorter than the
 * target. https://fossil-scm.org/home/doc/trunk/www/delta_format.wiki
 */
export function createPatch({ source, target, text }: Bodies): Uint8Array | undefined {
  if (source.length < BLOCK || target.length < BLOCK) return undefined;
  const patch = new PatchWriter(target);
  const index = new BlockIndex(source);
  patch.number(target.length, NEWLINE);
  let done = 0;
  let at = 0;
  while (at + BLOCK <= target.length && !patch.tooLong) {
    const found = index.find(target, at, done);
    const copy = text && found !== undefined ? withoutCutCharacters(target, found) : found;
    if (copy === undefined || copy.length < BLOCK) {
      at += 1;
      continue;
    }
    patch.insert(done, copy.at);
    patch.copy(copy.length, copy.from);
    done = copy.at + copy.length;
    at = done;
  }
  patch.insert(done, target.length);
  patch.number(checksum(target), END);
  return patch.finish();
}

/** Publications, each with the previous one of the same map entry, or of the channel if it is not a map. */
export function withBases(
  publications: readonly Publication[],
): readonly (readonly [publication: Publication, base: Publication | undefined])[] {
  const bases = new Map<string, Publication>();
  return publications.map((publication) => {
    const key = publication.entry?.key ?? '';
    const base = bases.get(key);
    if (publication.entry?.removed === true) bases.delete(key);
    else bases.set(key, publication);
    return [publication, base];
  });
}

/** `length` bytes of the source from `from` equal those of the target at `at`. */
type Copy = { readonly at: number; readonly from: number; readonly length: number };

function withoutCutCharacters(target: Uint8Array, { at, from, length }: Copy): Copy {
  let start = at;
  let end = at + length;
  while (start < end && isInsideCharacter(target[start])) start += 1;
  while (end > start && isInsideCharacter(target[end])) end -= 1;
  return { at: start, from: from + start - at, length: end - start };
}

/** Whether a byte of UTF-8 continues a character. */
function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** An index of the source's blocks by hash. */
class BlockIndex {
  readonly #source: Uint8Array;
  /** The last block of each hash. */
  readonly #last: Int32Array;
  /** The previous block with the same hash, by block. */
  readonly #before: Int32Array;

  constructor(source: Uint8Array) {
    this.#source = source;
    const blocks = Math.floor(source.length / BLOCK);
    this.#last = new Int32Array(nextPowerOfTwo(blocks * 2)).fill(NONE);
    this.#before = new Int32Array(blocks);
    for (let block = 0; block < blocks; block += 1) {
      const hash = this.#hash(source, block * BLOCK);
      this.#before[block] = this.#last[hash] as number;
      this.#last[hash] = block;
    }
  }

  /** The longest copy around the target's block at `at` that does not start before `done`. */
  find(target: Uint8Array, at: number, done: number): Copy | undefined {
    let best: Copy | undefined;
    let block = this.#last[this.#hash(target, at)] as number;
    for (let tries = TRIES; block !== NONE && tries > 0; tries -= 1) {
      const copy = this.#extend(target, { at, from: block * BLOCK, done });
      if (copy.length >= BLOCK && copy.length > (best?.length ?? 0)) best = copy;
      block = this.#before[block] as number;
    }
    return best;
  }

  #extend(target: Uint8Array, { at, from, done }: { at: number; from: number; done: number }): Copy {
    const source = this.#source;
    let back = 0;
    while (at - back > done && from - back > 0 && source[from - back - 1] === target[at - back - 1]) back += 1;
    let ahead = 0;
    const most = Math.min(source.length - from, target.length - at);
    while (ahead < most && source[from + ahead] === target[at + ahead]) ahead += 1;
    return { at: at - back, from: from - back, length: ahead < BLOCK ? 0 : back + ahead };
  }

  #hash(bytes: Uint8Array, at: number): number {
    let hash = 0;
    for (let index = at; index < at + BLOCK; index += 1) hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0;
    return (hash ^ (hash >>> 15)) & (this.#last.length - 1);
  }
}

function nextPowerOfTwo(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

/** Writes commands as long as they are shorter than the target itself. */
class PatchWriter {
  readonly #target: Uint8Array;
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(target: Uint8Array) {
    this.#target = target;
    this.#bytes = new Uint8Array(target.length);
  }

  get tooLong(): boolean {
    return this.#length >= this.#target.length;
  }

  /** The target's bytes from `start` up to `end`. */
  insert(start: number, end: number): void {
    if (start === end) return;
    this.number(end - start, INSERT);
    if (this.#length + end - start <= this.#bytes.length) {
      this.#bytes.set(this.#target.subarray(start, end), this.#length);
    }
    this.#length += end - start;
  }

  copy(length: number, from: number): void {
    this.number(length, COPY);
    this.number(from, COMMA);
  }

  /** A number and the operator after it. */
  number(value: number, sign: number): void {
    let digits = '';
    let rest = value;
    do {
      digits = DIGITS.charAt(rest % 64) + digits;
      rest = Math.floor(rest / 64);
    } while (rest > 0);
    for (let index = 0; index < digits.length; index += 1) this.#put(digits.charCodeAt(index));
    this.#put(sign);
  }

  finish(): Uint8Array | undefined {
    return this.tooLong ? undefined : this.#bytes.subarray(0, this.#length);
  }

  /** Writes past the end are ignored: such a patch is discarded. */
  #put(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }
}

/** The sum of the 32-bit big-endian words, the last one padded with zeros. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 1) sum = (sum + ((bytes[at] as number) << (24 - (at % 4) * 8))) | 0;
  return sum >>> 0;
}
