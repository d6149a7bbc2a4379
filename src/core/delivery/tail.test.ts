import { describe, expect, test } from 'bun:test';
import { publication, range } from '../../../tests/core/node.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';
import { Tail, type TailBounds } from './tail.ts';

const tailOf = (offsets: readonly number[], bounds: Partial<TailBounds> = {}) => {
  const tail = new Tail({ length: 100, bytes: 10_000, ...bounds });
  for (const offset of offsets) tail.push([publication(offset)]);
  return tail;
};

const after = (tail: Tail, offset: number) => tail.after(offset)?.map((each) => each.offset);

describe('a tail', () => {
  const cases: readonly [held: readonly number[], from: number, given: readonly number[] | undefined][] = [
    [[], 0, undefined],
    [range(5, 9), 3, undefined],
    [range(5, 9), 4, range(5, 9)],
    [range(5, 9), 7, [8, 9]],
    [range(5, 9), 9, []],
    [range(5, 9), 12, []],
  ];
  test.each([...cases])('RE1 RE2 with %p returns after %p: %p', (held, from, given) => {
    expect(after(tailOf(held), from)).toEqual(given as number[]);
  });

  test('keeps the newest within its limits', () => {
    const byLength = tailOf(range(1, 50), { length: 10 });
    expect([byLength.startsAfter, byLength.last]).toEqual([40, 50]);
    const bytes = wireBytesOf(publication(10));
    const bySize = tailOf(range(10, 59), { bytes: 10 * bytes });
    expect([bySize.startsAfter, bySize.last]).toEqual([49, 59]);
    expect([49, 57, 59, 80].map((offset) => bySize.bytesAfter(offset))).toEqual([10 * bytes, 2 * bytes, 0, 0]);
  });

  test('keeps the newest even if it alone is too large', () => {
    expect(after(tailOf([100, 101], { bytes: 1 }), 100)).toEqual([101]);
  });

  test('OR1 never has a gap: a publication that does not follow restarts it', () => {
    expect(after(tailOf([1, 2, 3, 7, 8]), 6)).toEqual([7, 8]);
    expect(after(tailOf([1, 2, 3, 7, 8]), 2)).toBeUndefined();
    const batch = tailOf([]);
    batch.push([1, 2, 5, 6].map((offset) => publication(offset)));
    expect([batch.startsAfter, batch.last]).toEqual([4, 6]);
  });
});
