import { expect, test } from 'bun:test';
import { RecentMap } from './recent-map.ts';

test('keeps at least the newer half and at most the limit', () => {
  const map = new RecentMap<number>(1_000);
  for (let key = 0; key < 300_000; key += 1) map.set(String(key), key);
  const kept = [...map.entries()].map(([, value]) => value);
  expect(kept.length).toBeLessThanOrEqual(1_000);
  for (let key = 299_500; key < 300_000; key += 1) expect(map.get(String(key))).toBe(key);
});

test('an entry set again is new again and there once; a deleted one is gone from both halves', () => {
  const map = new RecentMap<string>(4);
  map.set('a', 'first');
  map.set('b', 'kept');
  map.set('a', 'second');
  expect([...map.entries()].sort()).toEqual([
    ['a', 'second'],
    ['b', 'kept'],
  ]);
  map.delete('b');
  map.delete('a');
  expect([...map.entries()]).toEqual([]);
});

test('aging drops what was not set since the last aging', () => {
  const map = new RecentMap<number>(1_000);
  map.set('a', 1);
  map.set('b', 2);
  map.age();
  map.set('b', 3);
  expect([map.get('a'), map.get('b')]).toEqual([1, 3]);
  map.age();
  expect([map.get('a'), map.get('b')]).toEqual([undefined, 3]);
});
