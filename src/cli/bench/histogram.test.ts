import { expect, test } from 'bun:test';
import { Histogram } from './histogram.ts';

test('quantiles are within 0.8 % of the exact ones', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 1_000_000; value += 1) histogram.record(value);
  for (const q of [0.001, 0.5, 0.9, 0.99, 0.999]) {
    const exact = q * 1_000_000;
    expect(Math.abs(histogram.quantile(q) - exact) / exact).toBeLessThan(0.008);
  }
  expect(histogram.total).toBe(1_000_000);
  expect(histogram.max).toBe(1_000_000);
});

test('small values are exact, invalid ones are clamped', () => {
  const histogram = new Histogram();
  expect(histogram.quantile(0.99)).toBe(0);
  histogram.record(-5);
  histogram.record(3.9);
  histogram.record(255);
  expect(histogram.quantile(0.3)).toBe(0);
  expect(histogram.quantile(0.6)).toBe(3);
  expect(histogram.quantile(1)).toBe(255);
  histogram.record(2 ** 31 - 1);
  expect(histogram.quantile(1)).toBe(2 ** 31 - 1);
  histogram.reset();
  expect(histogram.total).toBe(0);
});
