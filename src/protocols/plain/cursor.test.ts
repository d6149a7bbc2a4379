import { describe, expect, test } from 'bun:test';
import { Cursor, keyOf } from './cursor.ts';

describe('a cursor', () => {
  test('is one line of ASCII with the position in each channel', () => {
    const cursor = new Cursor();
    cursor.set('demo:a', { epoch: 'e1', offset: 7 });
    cursor.set('demo:b', { epoch: 'e1', offset: 0 });
    cursor.set('log:中文', { epoch: 'mw-0,:%é', offset: Number.MAX_SAFE_INTEGER });
    cursor.set('live:x', { epoch: '', offset: 0 });
    const text = cursor.toString();
    expect(text).toMatch(/^[\x21-\x7e]+$/);
    const read = Cursor.parse(text);
    expect(read.since('demo:a')).toEqual({ epoch: 'e1', offset: 7 });
    expect(read.since('demo:b')).toEqual({ epoch: 'e1', offset: 0 });
    expect(read.since('log:中文')).toEqual({ epoch: 'mw-0,:%é', offset: Number.MAX_SAFE_INTEGER });
    expect([read.knows('live:x'), read.since('live:x')]).toEqual([true, undefined]);
    expect([read.knows('demo:c'), read.since('demo:c')]).toEqual([false, undefined]);
    expect(read.toString()).toBe(text);
  });

  test('advances in the channels it has, and in no others', () => {
    const cursor = new Cursor();
    cursor.set('demo:a', { epoch: 'e', offset: 1 });
    cursor.advance(keyOf('demo:a'), 2);
    cursor.advance(keyOf('demo:b'), 5);
    cursor.advance(keyOf('demo:a'), 0);
    expect(cursor.toString()).toBe(`${keyOf('demo:a')}:2:e`);
  });

  test('has the same text whether it was cached or not', () => {
    const [often, once] = [new Cursor(), new Cursor()];
    for (let turn = 0; turn < 200; turn += 1) {
      const channel = `demo:${(turn * 7) % 11}`;
      for (const cursor of [often, once]) {
        if (turn < 11 || turn % 17 === 0) cursor.set(channel, { epoch: `e${turn % 3}`, offset: turn });
        else cursor.advance(keyOf(channel), turn);
      }
      expect(often.toString()).toBe(Cursor.parse(often.toString()).toString());
    }
    expect(often.toString()).toBe(once.toString());
  });

  test('keeps only the requested channels', () => {
    const cursor = Cursor.parse(`${keyOf('demo:a')}:1:e,${keyOf('demo:b')}:2`).of(['demo:b', 'demo:c']);
    expect(cursor.toString()).toBe(`${keyOf('demo:b')}:2:e`);
  });

  test('is refused if it is invalid', () => {
    const wrong = [
      ...['x', 'a:1', 'a:1:e,', ',a:1:e', 'a:-1:e', 'a:1.5:e', 'a:1e3:e', 'a:9007199254740993:e', 'A:1:e', 'a:1:e:f'],
      ...['a:1:%', 'a:1:%ff', ' a:1:e', 'a:1:e\n', `a:1:${'e'.repeat(200)}`, 'a:1:e,'.repeat(2_000), '__proto__:1:e'],
    ];
    for (const text of wrong) expect(() => Cursor.parse(text)).toThrow('is not a cursor of this server');
  });

  test('distinguishes a hundred thousand channels', () => {
    const keys = new Set(Array.from({ length: 100_000 }, (_, n) => keyOf(`room:${n}`)));
    expect(keys.size).toBe(100_000);
    expect([...keys].every((key) => /^[0-9a-z]{1,11}$/.test(key))).toBe(true);
  });
});
