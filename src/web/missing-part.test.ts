import { expect, jest, test } from 'bun:test';
import { isMissingPart, reloadOnce } from './missing-part.ts';

test("a failed import is recognised by each browser's message", () => {
  const words = [
    'Failed to fetch dynamically imported module: http://banyan.example/assets/a.js',
    'error loading dynamically imported module: http://banyan.example/assets/a.js',
    'Importing a module script failed.',
    'Unable to preload CSS for /assets/a.css',
  ];
  expect(words.map((text) => isMissingPart(new TypeError(text)))).toEqual([true, true, true, true]);
  expect(isMissingPart(new TypeError('x is undefined'))).toBe(false);
});

test('the page reloads once for a missing part, not repeatedly', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  };
  const reload = jest.fn();
  for (let time = 0; time < 3; time += 1) reloadOnce({ storage: storage as unknown as Storage, reload });
  expect(reload).toHaveBeenCalledTimes(1);
});
