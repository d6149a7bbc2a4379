import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { openExisting } from './open-existing.ts';

/**
 * The end of the write-ahead log. `salt` identifies the log since its last restart: it changes each time SQLite has
 * checkpointed all of it and starts at its beginning again.
 */
export type WalPlace = { readonly salt: string; readonly frames: number };

export const NO_WAL: WalPlace = { salt: '0000000000000000', frames: 0 };
/** There is a log, but SQLite can read nothing of it. */
export const UNREADABLE_WAL: WalPlace = { salt: 'ffffffffffffffff', frames: 0 };

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Bytes of the index's header: two copies, then the checkpoint state. */
const HEAD_BYTES = 100;
const PAGE_SIZE_AT = 14;
const FRAMES_AT = 16;
const SALT_AT = 32;
const BACKFILLED_AT = 96;

/**
 * Reads the header of SQLite's index of the log, `banyan.db-shm`. It is valid while the caller has the database open.
 * The file must stay open as long as a connection of this process: closing it would release that connection's locks
 * (https://www.sqlite.org/howtocorrupt.html, 2.2). https://www.sqlite.org/walformat.html#the_wal_index_file_format
 */
export class WalIndex {
  readonly #head = Buffer.alloc(HEAD_BYTES);
  readonly descriptor: number;

  constructor(database: string) {
    this.descriptor = openSync(`${database}-shm`, 'r');
  }

  /** `backfilled`: how many of the frames are in the database already. */
  read(): WalPlace & { readonly backfilled: number } {
    const read = readSync(this.descriptor, this.#head, 0, HEAD_BYTES, 0);
    if (read < HEAD_BYTES) return { ...NO_WAL, backfilled: 0 };
    return {
      salt: this.#head.toString('hex', SALT_AT, SALT_AT + 8),
      frames: NATIVE.u32(this.#head, FRAMES_AT),
      backfilled: NATIVE.u32(this.#head, BACKFILLED_AT),
    };
  }

  /** The length of a log with all its frames. */
  bytes(): number {
    const { frames } = this.read();
    // 65,536 does not fit into two bytes and is stored as 1.
    const pageSize = NATIVE.u16(this.#head, PAGE_SIZE_AT);
    return frames === 0 ? 0 : HEADER_BYTES + frames * (FRAME_HEADER_BYTES + (pageSize === 1 ? 65_536 : pageSize));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** The index is in the machine's own byte order. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const NATIVE = {
  u16: (bytes: Buffer, at: number): number => (IS_LITTLE_ENDIAN ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
  u32: (bytes: Buffer, at: number): number => (IS_LITTLE_ENDIAN ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)),
};

/** How much of the log SQLite can still read, if no other process has the database open. Changes only the index. */
export function walPlaceOf(file: string): WalPlace {
  const wal = `${file}-wal`;
  if (!existsSync(wal) || statSync(wal).size === 0) return NO_WAL;
  const db = openExisting(file);
  let index: WalIndex | undefined;
  try {
    db.query('SELECT count(*) FROM sqlite_master').get();
    index = new WalIndex(file);
    const { salt, frames } = index.read();
    return frames > 0 || isHeaderWhole(wal) ? { salt, frames } : UNREADABLE_WAL;
  } finally {
    db.close();
    index?.close();
  }
}

/**
 * Why the log does not contain all that was acknowledged; undefined if it does. A log that restarted after the last
 * acknowledgement is complete: before the restart, all of the former one was in the database on disk.
 */
export function shortfall(acknowledged: WalPlace, found: WalPlace): string | undefined {
  if (acknowledged.frames === 0) return undefined;
  const kept = found.salt === acknowledged.salt ? found.frames : 0;
  if (kept >= acknowledged.frames || isNext(acknowledged.salt, found.salt)) return undefined;
  return `its write-ahead log holds ${kept} of ${acknowledged.frames} pages that were acknowledged`;
}

/** Whether it is the salt SQLite uses next: it increments the first half, and randomizes the second. */
function isNext(before: string, after: string): boolean {
  const [first, second] = [before, after].map((salt) => Number.parseInt(salt.slice(0, 8), 16)) as [number, number];
  return after !== NO_WAL.salt && after !== UNREADABLE_WAL.salt && second === (first + 1) % 2 ** 32;
}

/** The lowest bit of the magic number is the byte order of the checksum. */
const MAGIC = 0x377f0682;

/** SQLite treats a log with a damaged header as empty, but its index may still have the damaged salt. */
function isHeaderWhole(wal: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(wal, 'r');
  const read = readSync(descriptor, header, 0, HEADER_BYTES, 0);
  closeSync(descriptor);
  const magic = header.readUInt32BE(0);
  if (read < HEADER_BYTES || (magic & ~1) >>> 0 !== MAGIC) return false;
  let [one, two] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    one = (one + word(header, at, magic) + two) >>> 0;
    two = (two + word(header, at + 4, magic) + one) >>> 0;
  }
  return one === header.readUInt32BE(24) && two === header.readUInt32BE(28);
}

function word(header: Buffer, at: number, magic: number): number {
  return (magic & 1) === 1 ? header.readUInt32BE(at) : header.readUInt32LE(at);
}
