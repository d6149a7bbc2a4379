import { describe, expect, test } from 'bun:test';
import type { Heard } from '../interop/ways/way.ts';
import { misheard, misplaced } from './judge.ts';

const all: readonly Heard[] = [5, 6, 7, 8, 9].map((offset) => [offset, { n: offset }]);
const some = (...offsets: readonly number[]) => all.filter(([offset]) => offsets.includes(offset));
const hearing = (heard: readonly Heard[], joinedAt = 6) => misheard({ all, heard, joinedAt, numbered: true });

describe('the checks of a soak test', () => {
  test('accept later publications, and those from before the client joined', () => {
    expect(hearing(some(7, 8, 9))).toBeUndefined();
    expect(hearing([...all])).toBeUndefined();
    expect(hearing([], 9)).toBeUndefined();
    // Others keep publishing: the caller waits for the rest.
    expect(hearing(some(7, 8))).toBeUndefined();
    const counted: Heard[] = [
      [1, { n: 8 }],
      [2, { n: 9 }],
    ];
    expect(misheard({ all, heard: counted, joinedAt: 7, numbered: false })).toBeUndefined();
  });

  test('find a gap, a repeat, a wrong order, other data and a late start', () => {
    const [seven, eight, nine] = some(7, 8, 9) as [Heard, Heard, Heard];
    const forged: Heard = [8, { n: 80 }];
    for (const heard of [[seven, nine], [seven, seven, eight], [eight, seven], [seven, forged], [eight, nine], []]) {
      expect(hearing(heard)).toBeString();
    }
  });

  test('find an ack without its publication, a duplicate, and two in the wrong order', () => {
    const data = (...offsets: readonly number[]) => some(...offsets).map(([, each]) => each);
    expect(misplaced(all, data(5, 7, 9))).toBeUndefined();
    expect(misplaced(all, [...data(5), { n: 50 }])).toBeString();
    expect(misplaced([...all, [10, { n: 5 }]], data(5))).toBeString();
    expect(misplaced(all, data(5, 7).reverse())).toBeString();
  });
});
