import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type PageEdge, selectPage } from './select-page.ts';

const compare = (one: number, other: number) => one - other;
const everything = () => true;
const breathe = async () => undefined;

const pageOf = (items: Iterable<number>, limit: number, edge?: PageEdge<number>) =>
  selectPage(items, { limit, compare, accepts: everything, edge }, breathe);

describe('a page of an unsorted collection', () => {
  test('starts with the first, continues after an edge, and goes back before one', async () => {
    const items = [5, 1, 4, 2, 3];
    expect(await pageOf(items, 2)).toEqual({ items: [1, 2], skipped: 0, total: 5 });
    expect(await pageOf(items, 2, { side: 'after', key: 2 })).toEqual({ items: [3, 4], skipped: 2, total: 5 });
    expect(await pageOf(items, 2, { side: 'after', key: 4 })).toEqual({ items: [5], skipped: 4, total: 5 });
    expect(await pageOf(items, 2, { side: 'before', key: 4 })).toEqual({ items: [2, 3], skipped: 1, total: 5 });
    expect(await pageOf(items, 2, { side: 'after', key: 9 })).toEqual({ items: [], skipped: 5, total: 5 });
  });

  test('counts and returns only accepted items', async () => {
    const query = { limit: 2, compare, accepts: (item: number) => item % 2 === 0 };
    expect(await selectPage([6, 1, 4, 3, 2], query, breathe)).toEqual({ items: [2, 4], skipped: 0, total: 3 });
  });

  test('equals that part of the sorted whole', async () => {
    const any = fc.record({
      items: fc.uniqueArray(fc.integer({ min: 0, max: 60 })),
      limit: fc.integer({ min: 1, max: 12 }),
      key: fc.integer({ min: -1, max: 61 }),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ items, limit, key }) => {
        const sorted = [...items].sort(compare);
        const behind = sorted.filter((item) => item > key);
        const before = sorted.filter((item) => item < key);
        const next = await pageOf(items, limit, { side: 'after', key });
        const last = await pageOf(items, limit, { side: 'before', key });
        expect(next.items).toEqual(behind.slice(0, limit));
        expect(next.skipped).toBe(sorted.length - behind.length);
        expect(last.items).toEqual(before.slice(-limit));
        expect(last.skipped).toBe(before.length - last.items.length);
      }),
    );
  });

  test('lets other work run in between', async () => {
    let breaths = 0;
    const counted = async () => {
      breaths += 1;
    };
    const items = Array.from({ length: 12_000 }, (_, index) => index);
    await selectPage(items, { limit: 10, compare, accepts: everything }, counted);
    expect(breaths).toBe(6);
  });
});
