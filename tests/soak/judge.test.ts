import { describe, expect, test } from 'bun:test';
import type { Heard } from '../interop/ways/way.ts';
import { misheard, misplaced } from './judge.ts';

const all: readonly Heard[] = [5, 6, 7, 8, 9].map((offset) => [offset, { n: offset }]);
const some = (...offsets: readonly number[]) => all.filter(([offset]) => offsets.includes(offset));
const hearing = (heard: readonly Heard[], joinedAt = 6) => misheard({ all, heard, joinedAt, numbered: true });

describe('a soak without a judge proves nothing', () => {
  test('all is well with what came after the client, and with what it was told from before', () => {
    expect(hearing(some(7, 8, 9))).toBeUndefined();
    expect(hearing([...all])).toBeUndefined();
    expect(hearing([], 9)).toBeUndefined();
    // Others go on speaking: the rest is looked for by whoever waits.
    expect(hearing(some(7, 8))).toBeUndefined();
    const counted: Heard[] = [
      [1, { n: 8 }],
      [2, { n: 9 }],
    ];
    expect(misheard({ all, heard: counted, joinedAt: 7, numbered: false })).toBeUndefined();
  });

  test('a hole, a repetition, another order, other data and a late beginning are found', () => {
    const [seven, eight, nine] = some(7, 8, 9) as [Heard, Heard, Heard];
    const forged: Heard = [8, { n: 80 }];
    for (const heard of [[seven, nine], [seven, seven, eight], [eight, seven], [seven, forged], [eight, nine], []]) {
      expect(hearing(heard)).toBeString();
    }
  });

  test('an ack without its publication is found, one that stands twice, and two that changed places', () => {
    const data = (...offsets: readonly number[]) => some(...offsets).map(([, each]) => each);
    expect(misplaced(all, data(5, 7, 9))).toBeUndefined();
    expect(misplaced(all, [...data(5), { n: 50 }])).toBeString();
    expect(misplaced([...all, [10, { n: 5 }]], data(5))).toBeString();
    expect(misplaced(all, data(5, 7).reverse())).toBeString();
  });
});
