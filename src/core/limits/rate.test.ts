import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Rate } from './rate.ts';
import { RateTable } from './rate-table.ts';

const START = Date.UTC(2026, 0, 1);

/** A bucket, and how often something could be taken from it. */
function takeTimes(rate: Rate, fullAt: number, { now, times }: { now: number; times: number }) {
  let [level, taken] = [fullAt, 0];
  for (let count = 0; count < times; count += 1) {
    const next = rate.take(level, now);
    if (next !== level) taken += 1;
    level = next;
  }
  return { level, taken };
}

describe('a bucket of tokens', () => {
  test('allows its burst at once, then its rate', () => {
    const rate = new Rate(10, 20);
    const first = takeTimes(rate, 0, { now: START, times: 100 });
    expect(first.taken).toBe(20);
    expect(rate.waitMs(first.level, START)).toBeCloseTo(100, 1);
    const later = takeTimes(rate, first.level, { now: START + 1_000, times: 100 });
    expect(later.taken).toBe(10);
    expect(takeTimes(rate, later.level, { now: START + 60_000, times: 100 }).taken).toBe(20);
  });

  test('never allows more than burst and rate, whenever it is called', () => {
    const steps = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 40 })), { maxLength: 50 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 100 }),
        steps,
        (perSecond, burst, asked) => {
          const rate = new Rate(perSecond, burst);
          let [now, level, all] = [START, 0, 0];
          for (const [pause, times] of asked) {
            now += pause;
            const { level: next, taken } = takeTimes(rate, level, { now, times });
            level = next;
            all += taken;
          }
          expect(all).toBeLessThanOrEqual(burst + ((now - START) / 1_000) * perSecond + 0.01);
        },
      ),
    );
  });

  test('is full after the clock stepped back, rather than empty until the old time', () => {
    const rate = new Rate(1, 2);
    const { level } = takeTimes(rate, 0, { now: START, times: 5 });
    expect(takeTimes(rate, level, { now: START - 3_600_000, times: 5 }).taken).toBe(2);
  });
});

describe('a bucket per key', () => {
  test('returns the wait, and does not affect others', () => {
    const table = new RateTable(new Rate(1, 1));
    expect(table.take('ann', START)).toBe(0);
    expect(table.take('ann', START)).toBeWithin(999, 1_001);
    expect(table.take('ben', START)).toBe(0);
    expect(table.take('ann', START + 1_000)).toBe(0);
  });

  test('forgets full buckets, and no others', () => {
    const table = new RateTable(new Rate(1, 10));
    for (let count = 0; count < 5; count += 1) table.take('busy', START);
    table.take('quiet', START);
    table.sweep(START + 2_000);
    expect(table.size).toBe(1);
    table.sweep(START + 5_000);
    expect(table.size).toBe(0);
  });

  test('LI8 stays bounded for any keys', () => {
    const table = new RateTable(new Rate(1, 1));
    for (let count = 0; count < 250_000; count += 1) table.take(`stranger ${count}`, START);
    expect(table.size).toBeLessThanOrEqual(100_000);
  });
});
