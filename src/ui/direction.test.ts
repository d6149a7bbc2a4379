import { expect, test } from 'bun:test';
import { plainName, withoutTurning, writtenOut, writtenOutJson } from './direction.ts';

const FORMATTING = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];
const MARKS = ['\u061c', '\u200e', '\u200f'];

test('CH14 nothing in a text reorders what follows, and marks of right-to-left text are kept', () => {
  for (const control of FORMATTING) expect(withoutTurning(`abc${control}gpj.exe`)).toBe('abcgpj.exe');
  for (const mark of MARKS) expect(withoutTurning(`שלום${mark}!`)).toBe(`שלום${mark}!`);
  expect(withoutTurning('علی‌رضا 👩‍👩‍👧')).toBe('علی‌رضا 👩‍👩‍👧');
});

test('CH14 a name or a file name contains neither', () => {
  for (const control of [...FORMATTING, ...MARKS]) expect(plainName(`photo${control}gpj.exe`)).toBe('photogpj.exe');
  expect(plainName('דנה 7')).toBe('דנה 7');
});

test('CH14 a technical name shows every invisible character', () => {
  expect(writtenOut('room:\u202e\u0007x')).toBe('room:\\u202e\\u0007x');
  const unseen = [
    '\0',
    '\t',
    '\n',
    '\u007f',
    '\u0085',
    '\u00ad',
    '\u034f',
    '\u115f',
    '\u200b',
    '\u2028',
    '\u3164',
    '\ufeff',
  ];
  for (const each of [...unseen, ...FORMATTING, ...MARKS])
    expect(writtenOut(`a${each}b`)).toMatch(/^a\\u[0-9a-f]{4}b$/);
  expect(writtenOut('a\u{e0061}b')).toBe('a\\udb40\\udc61b');
  expect(writtenOut('天气:a b-é')).toBe('天气:a b-é');
});

test('CH14 JSON shows them, stays equal JSON, and keeps its emoji and shaped letters', () => {
  expect(writtenOutJson('{"a":"x\u202ey"}')).toBe('{"a":"x\\u202ey"}');
  const json = JSON.stringify({ a: 'x\u202ey\u061c', b: '\u2028\u{e0061}\u009f\u200b' });
  expect(writtenOutJson(json)).not.toMatch(/[\u202e\u061c\u2028\u009f\u200b]/);
  expect(JSON.parse(writtenOutJson(json))).toEqual(JSON.parse(json));
  const seen = '{\n  "a": "👩‍👩‍👧 ❤️ علی‌رضا"\n}';
  expect(writtenOutJson(seen)).toBe(seen);
});
