import { expect, test } from 'bun:test';
import { secondsLeft } from './seconds-left.ts';

test('TK6 clients get whole seconds, at least 1 and at most the maximum int32', () => {
  expect(secondsLeft(10_001, 10_000)).toBe(1);
  expect(secondsLeft(9_000, 10_000)).toBe(1);
  expect(secondsLeft(71_500, 10_000)).toBe(62);
  // A token with `exp` 253402300799, the end of the year 9999.
  expect(secondsLeft(253_402_300_799_000, 10_000)).toBe(2_147_483_647);
  expect(secondsLeft(1e303, 10_000)).toBe(2_147_483_647);
});
