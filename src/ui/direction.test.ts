import { expect, test } from 'bun:test';
import { plainName, withoutTurning, writtenOut } from './direction.ts';

const FORMATTING = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];
const MARKS = ['\u061c', '\u200e', '\u200f'];

test('CH14 nothing in a text turns what follows, and marks of right-to-left text stay', () => {
  for (const control of FORMATTING) expect(withoutTurning(`abc${control}gpj.exe`)).toBe('abcgpj.exe');
  for (const mark of MARKS) expect(withoutTurning(`שלום${mark}!`)).toBe(`שלום${mark}!`);
  expect(withoutTurning('علی‌رضا 👩‍👩‍👧')).toBe('علی‌رضا 👩‍👩‍👧');
});

test('CH14 a name or a file name holds neither', () => {
  for (const control of [...FORMATTING, ...MARKS]) expect(plainName(`photo${control}gpj.exe`)).toBe('photogpj.exe');
  expect(plainName('דנה 7')).toBe('דנה 7');
});

test('CH14 a technical text shows them', () => {
  expect(writtenOut('{"a":"x\u202ey"}')).toBe('{"a":"x\\u202ey"}');
  expect(JSON.parse(writtenOut('{"a":"x\u202ey\u061c"}'))).toEqual({ a: 'x\u202ey\u061c' });
});
