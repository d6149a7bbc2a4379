import { expect, test } from 'bun:test';
import { pauseAfter } from './backoff.ts';

const POLICY = { attempts: 6, firstMs: 1_000, mostMs: 5_000 };

test('pauses double up to the maximum, and end with the last attempt', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((failed) => pauseAfter(failed, POLICY, () => 0.5));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, undefined, undefined]);
});

test('simultaneous failures are retried at different times', () => {
  expect([0, 1].map((random) => pauseAfter(1, POLICY, () => random))).toEqual([800, 1_200]);
  const pauses = new Set(Array.from({ length: 50 }, () => pauseAfter(3, POLICY)));
  expect(pauses.size).toBeGreaterThan(10);
});
