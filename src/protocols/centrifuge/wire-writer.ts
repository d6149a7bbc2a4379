const encoder = new TextEncoder();

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIRST_SIZE = 128;

/**
 * Writes messages in the Protobuf wire format. Zero values are omitted, as proto3 requires.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class WireWriter {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;

  /** An integer from 0 to 2^53 − 1. */
  uint(field: number, value: number): this {
    if (value === 0) return this;
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    if (value.length === 0) return this;
    this.#varint(field * 8 + LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#append(value);
    return this;
  }

  /** A nested message; written even if empty, because its presence has a meaning. */
  message(field: number, write: (writer: WireWriter) => unknown): this {
    this.#varint(field * 8 + LENGTH_DELIMITED);
    return this.delimited(write);
  }

  /** An entry of a map from text to messages. */
  entry(field: number, key: string, write: (writer: WireWriter) => unknown): this {
    return this.message(field, (entry) => entry.text(1, key).message(2, write));
  }

  /** A length-prefixed message of a frame. */
  delimited(write: (writer: WireWriter) => unknown): this {
    const start = this.#length;
    // Most messages are shorter than 128 bytes, so that one byte holds the length.
    this.#reserve(1);
    this.#length += 1;
    write(this);
    const length = this.#length - start - 1;
    const more = varintSize(length) - 1;
    this.#reserve(more);
    this.#bytes.copyWithin(start + 1 + more, start + 1, this.#length);
    this.#length = start;
    this.#varint(length);
    this.#length += length;
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length] = (rest % 0x80) | 0x80;
      this.#length += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length] = rest;
    this.#length += 1;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
