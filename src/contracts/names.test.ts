import { describe, expect, test } from 'bun:test';
import { hasInvisible, hasPiledMarks, isVisible } from './names.ts';

const written = (name: string) => [...name].map((each) => each.codePointAt(0)?.toString(16)).join(' ');

describe('AU8 a name', () => {
  const good = [
    'Zoë O’Hara',
    '王小明',
    'علی‌رضا',
    'क्‍ष',
    '👩‍👩‍👧 family',
    '❤️',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '1️⃣',
    '🇩🇪',
    '👍🏽',
    'Ünal',
    '𠮷野家',
    'a\u0301',
  ];
  test.each(good)('may contain %s', (name) => {
    expect([hasInvisible(name), isVisible(name)]).toEqual([false, true]);
  });

  const invisible = [
    ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e'],
    ...['\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\u3164', '\ufe0f', '\ufeff'],
    ...['\uffa0', '\ufff9', '\u{e0001}', '\u{e0041}', '\u{e0100}', '\0', '\n', '\ud800'],
  ];
  test.each(invisible.map((character) => [written(character), character]))(
    'contains no %s, at any position',
    (_code, it) => {
      for (const name of [it, `a${it}`, `${it}a`, `a${it}a`, `王${it}明`]) expect(hasInvisible(name)).toBe(true);
    },
  );

  test("contains no doubled joiners, and none at a word's edge", () => {
    for (const name of ['علی\u200c\u200cرضا', 'علی\u200c', '\u200cعلی', '👩\u200d', 'x\u200d👩']) {
      expect(hasInvisible(name)).toBe(true);
    }
  });

  test('has visible characters', () => {
    for (const name of ['', ' ', '\u00a0', '\u3000', '\u2800', '\u0301']) expect(isVisible(name)).toBe(false);
  });
});

describe('a text without visible characters', () => {
  const blank = ['\u200b', '\u2060', '\u3164', '\u202e', '\u00ad', '\u2800', '\u034f', '\u115f', '\uffa0', '\u{e0061}'];
  test.each([...blank, '\ufeff', '\ufe0f', '\u{1d159}', '\t', '\n', '\0'].map((each) => [written(each), each]))(
    'CH10 %s is empty, alone, repeated and among spaces',
    (_code, it) => {
      for (const text of [it, it.repeat(3), ` ${it}\n${it} `]) expect(isVisible(text)).toBe(false);
    },
  );

  test('CH10 anything else is visible', () => {
    const shown = ['a', '。', '1', '❤️', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '\u200bx', 'שלום', '\u{1fae9}', '\ue000', '☐', '\u{1faff}', '_'];
    for (const text of shown) expect(isVisible(text)).toBe(true);
  });
});

describe('AU11 combining marks', () => {
  // UTS #39 section 5.4, optional detection: more than 4 nonspacing marks in a row; the same one twice in a row.
  test('are limited per letter', () => {
    for (const name of [
      'Z\u0300\u0301\u0302\u0303\u0304',
      'a\u0301\u0301',
      `e${'\u0335'.repeat(40)}`,
      'ặ\u0301\u0300\u0308',
    ]) {
      expect(hasPiledMarks(name)).toBe(true);
    }
  });

  test('used by languages are accepted', () => {
    const names = ['Nguyễn Thế Ặ', 'שָׁלוֹם', 'ก็ที่', 'हिन्दी', 'Zoë', 'מִשְׁפָּחָה', 'ཀྵྭ', '❤️', 'a\u0301\u0302'];
    for (const name of names) expect([name, hasPiledMarks(name)]).toEqual([name, false]);
  });
});
