import { describe, expect, test } from 'bun:test';
import { hasInvisible, isVisible } from './names.ts';

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
  test.each(good)('may be %s', (name) => {
    expect([hasInvisible(name), isVisible(name)]).toEqual([false, true]);
  });

  const invisible = [
    ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e'],
    ...['\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\u3164', '\ufe0f', '\ufeff'],
    ...['\uffa0', '\ufff9', '\u{e0001}', '\u{e0041}', '\u{e0100}', '\0', '\n', '\ud800'],
  ];
  test.each(invisible.map((character) => [written(character), character]))('holds no %s, at no place', (_code, it) => {
    for (const name of [it, `a${it}`, `${it}a`, `a${it}a`, `王${it}明`]) expect(hasInvisible(name)).toBe(true);
  });

  test('joins nothing twice, and nothing with a joiner at its edge', () => {
    for (const name of ['علی\u200c\u200cرضا', 'علی\u200c', '\u200cعلی', '👩\u200d', 'x\u200d👩']) {
      expect(hasInvisible(name)).toBe(true);
    }
  });

  test('has something to see', () => {
    for (const name of ['', ' ', '\u00a0', '\u3000', '\u2800', '\u0301']) expect(isVisible(name)).toBe(false);
  });
});
