import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { boolOf, bytesOf, readDelimited, readFields, textOf, uintOf } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const bytes = (...values: readonly number[]) => new Uint8Array(values);
const fails = (read: () => unknown) => expect(read).toThrow('bad request');

describe('the Protobuf wire format', () => {
  test('matches the specification', () => {
    // Examples of https://protobuf.dev/programming-guides/encoding/
    expect(new WireWriter().uint(1, 150).finish()).toEqual(bytes(0x08, 0x96, 0x01));
    expect(new WireWriter().text(2, 'testing').finish()).toEqual(
      bytes(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67),
    );
    expect(new WireWriter().message(3, (inner) => inner.uint(1, 150)).finish()).toEqual(
      bytes(0x1a, 0x03, 0x08, 0x96, 0x01),
    );
  });

  test('omits zero values, and keeps empty messages', () => {
    const written = new WireWriter()
      .uint(1, 0)
      .text(2, '')
      .bool(3, false)
      .bytes(4, bytes())
      .message(5, () => undefined);
    expect(written.finish()).toEqual(bytes(0x2a, 0x00));
  });

  test('reads back every number, text and message that was written', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.boolean(),
        (number, text, on) => {
          const frame = new WireWriter()
            .delimited((writer) =>
              writer
                .uint(1, number)
                .message(2, (inner) => inner.text(7, text))
                .bool(3, on),
            )
            .delimited((writer) => writer.text(1, text))
            .finish();
          const [first, second] = readDelimited(frame).map(readFields);
          expect(uintOf(first ?? [], 1)).toBe(number);
          expect(textOf(readFields(bytesOf(first ?? [], 2) ?? bytes()), 7)).toBe(text);
          expect(boolOf(first ?? [], 3)).toBe(on);
          expect(textOf(second ?? [], 1)).toBe(text);
        },
      ),
    );
  });

  test('skips fixed-width fields and reads negative numbers of ten bytes', () => {
    const minusOne = [...Array.from({ length: 9 }, () => 0xff), 0x01];
    expect(uintOf(readFields(bytes(0x08, ...minusOne)), 1)).toBe(-1);
    expect(readFields(bytes(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 5))).toEqual([
      { number: 3, value: 5 },
    ]);
  });

  test('uses the last value of a repeated field', () => {
    expect(uintOf(readFields(bytes(0x08, 1, 0x08, 2)), 1)).toBe(2);
  });

  test('SE6 refuses input that is truncated, too long or of an unknown type', () => {
    for (const wrong of [
      bytes(0x08),
      bytes(0x12, 0x05, 0x61),
      bytes(0x08, 0x80),
      bytes(0x08, ...Array.from({ length: 11 }, () => 0xff)),
      bytes(0x0b),
      bytes(0x0f),
      bytes(0x00, 0x01),
      bytes(0x0d, 1, 2),
    ]) {
      fails(() => readFields(wrong));
    }
    fails(() => readDelimited(bytes(0x05, 1)));
    // More than a number represents exactly.
    fails(() => uintOf(readFields(bytes(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)), 1));
    fails(() => textOf(readFields(bytes(0x0a, 0x01, 0xff)), 1));
    fails(() => textOf(readFields(bytes(0x08, 0x01)), 1));
    fails(() => uintOf(readFields(bytes(0x0a, 0x00)), 1));
  });
});
