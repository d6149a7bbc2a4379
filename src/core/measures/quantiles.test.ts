import { describe, expect, test } from 'bun:test';
import { quantilesOf } from './quantiles.ts';

const BOUNDS = [1, 2, 5];

describe('quantiles of buckets', () => {
  test('are interpolated within their bucket', () => {
    expect(quantilesOf([10, 10, 0, 0], BOUNDS, [0.25, 0.5, 0.75, 1])).toEqual([0.5, 1, 1.5, 2]);
    expect(quantilesOf([0, 0, 3, 0], BOUNDS, [1 / 3])).toEqual([3]);
  });

  test('are at the highest bound for values above it', () => {
    expect(quantilesOf([0, 0, 0, 7], BOUNDS, [0.5, 0.99])).toEqual([5, 5]);
  });

  test('are undefined without observations', () => {
    expect(quantilesOf([0, 0, 0, 0], BOUNDS, [0.5])).toBeUndefined();
  });
});
