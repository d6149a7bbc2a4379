import { describe, expect, test } from 'bun:test';
import type { Log } from '../../src/ports/log.ts';
import { append, offsetsOf } from './appends.ts';

/** Publications over the limit that an adapter may keep for a while: see `Retention`. */
const slackOf = (size: number) => Math.min(100, Math.ceil(size / 10));

/** How much of a channel is kept. */
export function logRetentionContract(current: () => Log): void {
  const kept = async () => (await current().read('a', { limit: 10_000 })).publications.map(({ offset }) => offset);

  describe('retention', () => {
    for (const size of [1, 2, 5, 100]) {
      test(`by size ${size}: the newest are always there, and few others`, async () => {
        for (let n = 1; n <= size * 2 + 25; n += 1) {
          await current().append([append('a', String(n), { retention: { size, ttlMs: 0 } })]);
          const offsets = await kept();
          const oldestDue = Math.max(1, n - size + 1);
          expect(offsets.at(-1)).toBe(n);
          expect(offsets[0]).toBeLessThanOrEqual(oldestDue);
          expect(offsets.length).toBeLessThanOrEqual(size + slackOf(size));
          expect(offsets).toEqual(Array.from({ length: offsets.length }, (_, index) => n - offsets.length + 1 + index));
        }
      });
    }

    test('by size within one batch larger than the limit', async () => {
      const batch = Array.from({ length: 500 }, (_, n) =>
        append('a', String(n), { retention: { size: 10, ttlMs: 0 } }),
      );
      expect((await offsetsOf(current(), batch)).at(-1)).toBe(500);
      const offsets = await kept();
      expect(offsets.slice(-10)).toEqual([491, 492, 493, 494, 495, 496, 497, 498, 499, 500]);
      expect(offsets.length).toBeLessThanOrEqual(11);
    });

    test('by time: nothing younger is removed, and older ones are gone after as many appends', async () => {
      const retention = { size: 0, ttlMs: 100 };
      const at = (time: number, count: number) =>
        Array.from({ length: count }, () => append('a', 'x', { time, retention }));
      await current().append(at(1_000, 150));
      await current().append(at(1_060, 10));
      await current().append(at(1_100, 1));
      expect(await kept()).toHaveLength(161);
      await current().append(at(1_101, 150));
      expect((await kept())[0]).toBe(151);
      expect(await kept()).toHaveLength(161);
    });

    test('offsets continue after everything expired', async () => {
      const retention = { size: 2, ttlMs: 10 };
      await current().append([append('a', '1', { time: 1, retention }), append('a', '2', { time: 2, retention })]);
      expect(await offsetsOf(current(), [append('a', '3', { time: 5_000, retention })])).toEqual([3]);
      expect((await current().position('a')).offset).toBe(3);
    });

    test('a key expires with its publication', async () => {
      const retention = { size: 1, ttlMs: 0 };
      const keyed = () => append('a', 'x', { key: 'k', retention });
      await current().append([keyed()]);
      await current().append(Array.from({ length: 5 }, () => append('a', 'y', { retention })));
      expect(await offsetsOf(current(), [keyed()])).toEqual([7]);
    });

    test('a clock stepping back neither stops appends nor loses the newest', async () => {
      const retention = { size: 3, ttlMs: 10 };
      for (const [index, time] of [1_000, 2_000, 500, 499, 2_001].entries()) {
        expect(await offsetsOf(current(), [append('a', 'x', { time, retention })])).toEqual([index + 1]);
        expect((await kept()).at(-1)).toBe(index + 1);
      }
    });
  });
}
