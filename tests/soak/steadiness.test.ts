import { expect, test } from 'bun:test';
import { growthOf } from './steadiness.ts';

const points = (values: readonly number[]) => values.map((value, index) => ({ at: index * 1_000, value }));

test('a constant level with fluctuations is steady', () => {
  const swinging = Array.from({ length: 60 }, (_, n) => 100 + (n % 7));
  expect(Math.abs(growthOf(points(swinging)))).toBeLessThan(2);
});

test('linear growth is reported as its sum since the warm-up', () => {
  expect(growthOf(points(Array.from({ length: 41 }, (_, n) => n * 10)))).toBeCloseTo(300);
});

test('initial growth and a few outliers do not count', () => {
  const values = Array.from({ length: 60 }, (_, n) => (n < 12 ? n * 100 : 1_200));
  values[30] = 90_000;
  values[59] = 50_000;
  expect(growthOf(points(values))).toBe(0);
});

test('a slow leak is found in strong noise', () => {
  const leaking = Array.from({ length: 60 }, (_, n) => 1_000 + ((n * 37) % 50) + n * 5);
  expect(growthOf(points(leaking))).toBeGreaterThan(150);
});
