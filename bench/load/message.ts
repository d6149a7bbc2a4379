import type { Frame } from '../../src/wire-clients/codec.ts';
import { clientFrame } from '../../src/wire-clients/frames.ts';

/** Marks a measured payload: these three bytes, then the sending time in 12 digits of microseconds. */
export const MARK = Buffer.from('TS=');
const STAMP_DIGITS = 12;
export const STAMP_LENGTH = MARK.length + STAMP_DIGITS;
const STAMP = `${MARK}${'0'.repeat(STAMP_DIGITS)}`;

/**
 * Ids always have ten digits, so that a message can be patched in place. Below 2^32, as required by protocols with
 * 32-bit ids.
 */
export const FIRST_ID = 1_000_000_000;
export const ID_DIGITS = 10;
/** The placeholder of the id. */
export const ID = String(FIRST_ID);

const ZERO = 48;

/** Microseconds since this process started. */
export function micros(): number {
  return Math.floor(Bun.nanoseconds() / 1000);
}

/** A JSON string that takes exactly `bytes` bytes on the wire, at least 18: stamp, then padding from `filler`. */
export function stampedPayload(bytes: number, filler = 'x'): string {
  return `"${STAMP};${''.padEnd(Math.max(0, bytes - STAMP.length - 3), filler)}"`;
}

function writeDigits(bytes: Uint8Array, at: number, digits: number, value: number): void {
  let rest = value;
  for (let i = at + digits - 1; i >= at; i -= 1) {
    const next = Math.floor(rest / 10);
    bytes[i] = ZERO + (rest - next * 10);
    rest = next;
  }
}

export function readDigits(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i += 1) value = value * 10 + ((bytes[i] ?? ZERO) - ZERO);
  return value;
}

/** The stamp at `at` (where `MARK` was found), in microseconds. */
export function readStamp(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + MARK.length, STAMP_DIGITS);
}

/** A message framed once; sending it again only patches ids and stamp. */
export class MessageTemplate {
  readonly #frame: Uint8Array;
  readonly #stampAt: number;
  readonly #idsAt: readonly number[];

  /** `message` contains a `stampedPayload` and `ID` wherever its id goes. */
  constructor(message: Frame) {
    this.#frame = clientFrame(message);
    const bytes = Buffer.from(this.#frame.buffer);
    this.#stampAt = bytes.indexOf(MARK) + MARK.length;
    this.#idsAt = placesOf(bytes, Buffer.from(ID));
  }

  get length(): number {
    return this.#frame.length;
  }

  /** The frame with this id and time; the same array each time. */
  stamped(id: number, time: number): Uint8Array {
    writeDigits(this.#frame, this.#stampAt, STAMP_DIGITS, time);
    for (const at of this.#idsAt) writeDigits(this.#frame, at, ID_DIGITS, id);
    return this.#frame;
  }
}

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) places.push(at);
  return places;
}
