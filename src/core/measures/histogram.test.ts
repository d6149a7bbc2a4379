import { expect, test } from 'bun:test';
import { Histogram } from './histogram.ts';

test('a value is in the first bucket whose upper bound it does not exceed', () => {
  const histogram = new Histogram();
  for (const seconds of [0, 0.001, 0.0011, 0.2, 0.21, 10, 11, Number.MAX_VALUE]) histogram.observe(seconds);
  const found = Object.fromEntries(histogram.counts.map((count, index) => [histogram.bounds[index] ?? 'above', count]));
  expect(found).toMatchObject({ 0.001: 2, 0.002: 1, 0.2: 1, 0.5: 1, 10: 1, above: 2 });
  expect(histogram.count).toBe(8);
});

test('counts repeated observations at once, and negative times as zero', () => {
  const histogram = new Histogram();
  histogram.observe(0.01, 1_000);
  histogram.observe(-5, 2);
  expect([histogram.count, histogram.sum]).toEqual([1_002, 10]);
});
