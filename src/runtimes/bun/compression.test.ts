import { expect, test } from 'bun:test';
import { Compression, NO_COMPRESSION } from './compression.ts';

const never = () => {
  throw new Error('nobody had to be counted');
};

test('WS1 frames of at least the minimum size are compressed, and in channels only if that does not take too long', () => {
  const compression = new Compression({ fromBytes: 100, fanoutBytes: 1_000 });
  expect(compression.isOn).toBe(true);
  expect([99, 100].map((length) => compression.suits('x'.repeat(length)))).toEqual([false, true]);
  expect(compression.suitsAll('x'.repeat(99), never)).toBe(false);
  expect([10, 11].map((count) => compression.suitsAll('x'.repeat(100), () => count))).toEqual([true, false]);
  expect(NO_COMPRESSION.isOn).toBe(false);
  expect(NO_COMPRESSION.suitsAll('x'.repeat(1_000_000), never)).toBe(false);
});
