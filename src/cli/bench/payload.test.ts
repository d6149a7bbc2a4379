import { expect, test } from 'bun:test';
import { MIN_BYTES, Payloads } from './payload.ts';

test('a publication has the requested length and can be parsed back', () => {
  for (const bytes of [MIN_BYTES, 128, 4_096]) {
    const payloads = new Payloads(bytes);
    const stamp = { publisher: 9_999, sequence: 99_999_999, due: 999_999_999_999 };
    const written = payloads.write(stamp);
    expect(JSON.stringify(written).length).toBe(bytes);
    expect(payloads.read(written)).toEqual(stamp);
  }
});

test('publications of another run or program are ignored', () => {
  const payloads = new Payloads(MIN_BYTES);
  const other = new Payloads(MIN_BYTES).write({ publisher: 0, sequence: 0, due: 0 });
  for (const data of [other, 'bench-', '', null, 7, { a: 1 }]) expect(payloads.read(data)).toBeUndefined();
});
