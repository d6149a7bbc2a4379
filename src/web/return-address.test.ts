import { describe, expect, test } from 'bun:test';
import { ownPath } from './return-address.ts';

const ORIGIN = 'https://chat.example.org';

describe('the return path after signing in', () => {
  test.each(['/', '/i/abc', '/r/room/m/7', '/i/abc?x=1#here'])('is %s', (path) => {
    expect(ownPath(path, ORIGIN)).toBe(path);
  });

  const foreign = [
    ...['//evil.example', '/\\evil.example', '/\t/evil.example', '/.//evil.example', '/x/..//evil.example'],
    ...['https://evil.example', 'javascript:alert(1)', 'i/abc', '', undefined, 7, ['/i/abc']],
  ];
  test.each(foreign.map((address) => [address]))('is not %p', (address) => {
    expect(ownPath(address, ORIGIN)).toBeUndefined();
  });
});
