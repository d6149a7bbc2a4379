import { DisconnectError } from '../../core/disconnects.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
/** 49 bits: a number represents them exactly. */
const EXACT_BYTES = 7;

/** A field of a message: a number, which may be unsafe as an integer, or the bytes of a text, bytes, or message. */
export type Field = { readonly number: number; readonly value: number | Uint8Array };

/**
 * The fields of a message in the Protobuf wire format, in order; fixed-width fields, which our messages do not use, are
 * skipped. Throws `DisconnectError('badRequest')` for invalid input. https://protobuf.dev/programming-guides/encoding/
 */
export function readFields(message: Uint8Array): Field[] {
  const reader = new Reader(message);
  const fields: Field[] = [];
  while (!reader.atEnd) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    if (number <= 0 || !Number.isSafeInteger(tag)) throw new DisconnectError('badRequest');
    const value = readValue(reader, tag % 8);
    if (value !== undefined) fields.push({ number, value });
  }
  return fields;
}

/** The length-prefixed messages of a frame. Throws like `readFields`. */
export function readDelimited(frame: Uint8Array): Uint8Array[] {
  const reader = new Reader(frame);
  const messages: Uint8Array[] = [];
  while (!reader.atEnd) messages.push(reader.take(reader.varint()));
  return messages;
}

/** If a field is repeated the last value counts, as in every Protobuf reader. */
export function lastOf(fields: readonly Field[], number: number): number | Uint8Array | undefined {
  return fields.findLast((field) => field.number === number)?.value;
}

export function bytesOf(fields: readonly Field[], number: number): Uint8Array | undefined {
  const value = lastOf(fields, number);
  if (typeof value === 'number') throw new DisconnectError('badRequest');
  return value;
}

/** For a repeated field. */
export function allBytesOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    if (typeof field.value === 'number') throw new DisconnectError('badRequest');
    return [field.value];
  });
}

export function textOf(fields: readonly Field[], number: number): string {
  const bytes = bytesOf(fields, number);
  return bytes === undefined ? '' : decodeText(bytes);
}

export function uintOf(fields: readonly Field[], number: number): number {
  const value = lastOf(fields, number) ?? 0;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new DisconnectError('badRequest');
  return value;
}

export function boolOf(fields: readonly Field[], number: number): boolean {
  return uintOf(fields, number) !== 0;
}

/** Throws `DisconnectError('badRequest')` for invalid UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DisconnectError('badRequest');
  }
}

function readValue(reader: Reader, type: number): number | Uint8Array | undefined {
  switch (type) {
    case VARINT:
      return reader.varint();
    case LENGTH_DELIMITED:
      return reader.take(reader.varint());
    case FIXED_64:
      reader.take(8);
      return undefined;
    case FIXED_32:
      reader.take(4);
      return undefined;
    default:
      throw new DisconnectError('badRequest');
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Negative numbers take ten bytes, and are returned signed. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let end = this.#at; end < this.#at + EXACT_BYTES; end += 1) {
      const byte = this.#bytes[end];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (byte < 0x80) {
        this.#at = end + 1;
        return value;
      }
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte] = this.take(1);
      value |= BigInt((byte as number) & 0x7f) << shift;
      if ((byte as number) < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new DisconnectError('badRequest');
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.#bytes.length - this.#at) throw new DisconnectError('badRequest');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
