import { expect, test } from 'bun:test';
import { formatBytes, formatCount, formatSince, formatValue } from './numbers.ts';

test.each([
  [0, 'rate', '0/s'],
  [1.25, 'rate', '1.3/s'],
  [842, 'rate', '842/s'],
  [12_345, 'rate', '12.3K/s'],
  [12_345, 'count', '12,345'],
  [1_234_567, 'count', '1.2M'],
  [0.4237, 'ms', '0.424 ms'],
  [1_234, 'ms', '1,230 ms'],
  [0.374, 'share', '37%'],
  [134_217_728, 'bytes', '128 MB'],
] as const)('%d as %s is %s', (value, unit, text) => {
  expect(formatValue(value, unit, 'en')).toBe(text);
});

test('bytes use the largest unit with an integer part', () => {
  expect([0, 1, 1_023, 1_024, 1_536, 5_368_709_120].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    ...['0 B', '1 B', '1,023 B', '1 KB', '1.5 KB', '5 GB'],
  ]);
});

test('counts are grouped as in the language', () => {
  expect(formatCount(1_234_567, 'zh-CN')).toBe('1,234,567');
});

test('a relative time uses the largest unit with an integer part', () => {
  const ages = [0, 59, 60, 3_599, 7_200, 90_000].map((seconds) => formatSince(0, 'en', seconds * 1_000));
  expect(ages).toEqual(['0 sec. ago', '59 sec. ago', '1 min. ago', '59 min. ago', '2 hr. ago', '1 day ago']);
});
