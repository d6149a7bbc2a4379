import { PlaceTable } from './place-table.ts';

/** Before each text: the record's length and the name's hash, 32 bits each, and its expiry. */
const HEAD_BYTES = 16;
const SEGMENT_BYTES = 128 * 1024;
/** Set in the length of a removed record. */
const GONE = 0x8000_0000;
/** A record's overhead: its table fields, and its share of the holes. */
const AROUND_BYTES = 48;

/** One buffer of consecutive records. */
type Segment = {
  readonly id: number;
  readonly bytes: Buffer;
  /** How much of it is used; `gone` bytes of that are holes. All but the youngest have one record left at least. */
  used: number;
  gone: number;
  /** All records before this were removed. */
  first: number;
};

export type PackedRecord = {
  readonly text: string;
  /** In wall-clock milliseconds; Infinity for never. */
  readonly expiresAt: number;
};

/**
 * Many small texts by name, in order of insertion, without an object for each: they are stored in large buffers, and a
 * table of numbers has their places. As objects they would take several times the memory, and slow down each garbage
 * collection.
 */
export class PackedRecords {
  readonly #nameIn: (text: string) => string;
  /** By id, oldest first. */
  readonly #segments = new Map<number, Segment>();
  readonly #table = new PlaceTable((place) => hashAt(this.#segmentOf(place), offsetOf(place)));
  /** Random per process, so that nobody can choose names that collide. */
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];
  #youngest: Segment | undefined;
  #lastId = 0;
  #bytes = 0;

  /** `nameIn` extracts from a text the name it was added under. */
  constructor(nameIn: (text: string) => string) {
    this.#nameIn = nameIn;
  }

  get size(): number {
    return this.#table.size;
  }

  /** Approximate memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): PackedRecord | undefined {
    const place = this.#find(name);
    return place === undefined ? undefined : recordAt(this.#segmentOf(place), offsetOf(place));
  }

  /** Adds the youngest. The name must not exist. */
  add(name: string, { text, expiresAt }: PackedRecord): void {
    const length = HEAD_BYTES + Buffer.byteLength(text);
    const segment = this.#withRoomFor(length);
    const [at, hash] = [segment.used, this.#hash(name)];
    segment.used += length;
    writeHead(segment, at, { length, hash, expiresAt });
    segment.bytes.write(text, at + HEAD_BYTES);
    this.#table.add(hash, placeOf(segment, at));
    this.#bytes += AROUND_BYTES + length;
  }

  /** Removes it, and returns it. */
  take(name: string): PackedRecord | undefined {
    const place = this.#find(name);
    return place === undefined ? undefined : this.#takeAt(place);
  }

  /** Removes the oldest one. */
  takeEldest(): PackedRecord | undefined {
    for (const segment of this.#segments.values()) {
      if (segment.used === 0) continue;
      while (isGone(segment, segment.first)) segment.first += lengthAt(segment, segment.first);
      return this.#takeAt(placeOf(segment, segment.first));
    }
    return undefined;
  }

  /** Replaces those that expired by `now` with the output of `shorten`, which is never longer. */
  expire(now: number, shorten: (text: string) => string): void {
    for (const segment of this.#segments.values()) {
      const due = recordsIn(segment).filter((at) => expiryAt(segment, at) <= now);
      if (due.length === 0) continue;
      const records = recordsIn(segment);
      for (const at of due) this.#replace(segment, at, shorten(textAt(segment, at)));
      this.#rebuild(segment, records);
    }
  }

  clear(): void {
    this.#segments.clear();
    this.#table.clear();
    this.#youngest = undefined;
    this.#bytes = 0;
  }

  #find(name: string): number | undefined {
    const hash = this.#hash(name);
    return this.#table.find(hash, (place) => {
      const [segment, at] = [this.#segmentOf(place), offsetOf(place)];
      return hashAt(segment, at) === hash && this.#nameIn(textAt(segment, at)) === name;
    });
  }

  #hash(name: string): number {
    return Bun.hash.xxHash32(name, this.#seed);
  }

  #takeAt(place: number): PackedRecord {
    const [segment, at] = [this.#segmentOf(place), offsetOf(place)];
    const record = recordAt(segment, at);
    const length = lengthAt(segment, at);
    this.#table.remove(hashAt(segment, at), place);
    segment.bytes.writeUInt32LE(length + GONE, at);
    segment.gone += length;
    this.#bytes -= AROUND_BYTES + length;
    if (segment.gone === segment.used) this.#drop(segment);
    else if (segment.gone * 2 > segment.used && segment !== this.#youngest) this.#rebuild(segment, recordsIn(segment));
    return record;
  }

  /** Leaves a hole. */
  #replace(segment: Segment, at: number, text: string): void {
    const before = lengthAt(segment, at);
    const length = HEAD_BYTES + segment.bytes.write(text, at + HEAD_BYTES);
    writeHead(segment, at, { length, hash: hashAt(segment, at), expiresAt: Number.POSITIVE_INFINITY });
    this.#bytes -= before - length;
  }

  /** Compacts it to only these records. */
  #rebuild(segment: Segment, records: readonly number[]): void {
    const size = records.reduce((sum, at) => sum + lengthAt(segment, at), 0);
    const rebuilt = { id: segment.id, bytes: Buffer.allocUnsafeSlow(size), used: 0, gone: 0, first: 0 };
    for (const at of records) {
      this.#table.move(hashAt(segment, at), placeOf(segment, at), placeOf(rebuilt, rebuilt.used));
      rebuilt.used += segment.bytes.copy(rebuilt.bytes, rebuilt.used, at, at + lengthAt(segment, at));
    }
    this.#segments.set(segment.id, rebuilt);
    if (segment === this.#youngest) this.#youngest = undefined;
  }

  #drop(segment: Segment): void {
    const isYoungest = segment === this.#youngest;
    // The next one is about to follow: with few records, a buffer for each would take more than all of them. In a
    // larger buffer than usual a second record could get the place of another segment's (see `placeOf`).
    if (isYoungest && segment.bytes.length <= SEGMENT_BYTES) {
      Object.assign(segment, { used: 0, gone: 0, first: 0 });
      return;
    }
    this.#segments.delete(segment.id);
    if (isYoungest) this.#youngest = undefined;
  }

  #withRoomFor(length: number): Segment {
    const youngest = this.#youngest;
    if (youngest !== undefined && youngest.used + length <= youngest.bytes.length) return youngest;
    this.#lastId += 1;
    const bytes = Buffer.allocUnsafeSlow(Math.max(SEGMENT_BYTES, length));
    const segment = { id: this.#lastId, bytes, used: 0, gone: 0, first: 0 };
    this.#segments.set(segment.id, segment);
    this.#youngest = segment;
    return segment;
  }

  #segmentOf(place: number): Segment {
    return this.#segments.get(Math.floor(place / SEGMENT_BYTES)) as Segment;
  }
}

// A larger segment has one record, at its beginning; so this number identifies one record.
function placeOf({ id }: Segment, at: number): number {
  return id * SEGMENT_BYTES + at;
}

function offsetOf(place: number): number {
  return place % SEGMENT_BYTES;
}

/** Where the remaining records begin. */
function recordsIn(segment: Segment): number[] {
  const found: number[] = [];
  for (let at = 0; at < segment.used; ) {
    if (!isGone(segment, at)) found.push(at);
    at += lengthAt(segment, at);
  }
  return found;
}

function isGone({ bytes }: Segment, at: number): boolean {
  return bytes.readUInt32LE(at) >= GONE;
}

function lengthAt({ bytes }: Segment, at: number): number {
  return bytes.readUInt32LE(at) % GONE;
}

function hashAt({ bytes }: Segment, at: number): number {
  return bytes.readUInt32LE(at + 4);
}

function expiryAt({ bytes }: Segment, at: number): number {
  return bytes.readDoubleLE(at + 8);
}

function textAt(segment: Segment, at: number): string {
  return segment.bytes.toString('utf8', at + HEAD_BYTES, at + lengthAt(segment, at));
}

function recordAt(segment: Segment, at: number): PackedRecord {
  return { text: textAt(segment, at), expiresAt: expiryAt(segment, at) };
}

type Head = { readonly length: number; readonly hash: number; readonly expiresAt: number };

function writeHead({ bytes }: Segment, at: number, { length, hash, expiresAt }: Head): void {
  bytes.writeUInt32LE(length, at);
  bytes.writeUInt32LE(hash, at + 4);
  bytes.writeDoubleLE(expiresAt, at + 8);
}
