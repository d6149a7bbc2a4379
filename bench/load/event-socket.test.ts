import { expect, test } from 'bun:test';
import { EventReader } from './event-socket.ts';

const EVENTS = ['retry: 1000\n\n', `id: 1\ndata: ${'x'.repeat(300)}\n\n`, ':\n\n', 'data: é\n\ndata: 2\n\n'];
const body = Buffer.concat(EVENTS.map((text) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)));

test('finds the events however the bytes are split', () => {
  for (const size of [1, 2, 3, 7, 50, body.length]) {
    const reader = new EventReader();
    const found: string[] = [];
    for (let at = 0; at < body.length; at += size) {
      const part = body.subarray(at, at + size);
      reader.push(part, part.length, (buffer, start, end) => found.push(buffer.toString('utf8', start, end)));
    }
    expect(found).toEqual(EVENTS);
  }
});

test('refuses responses that it would count wrongly', () => {
  const push = (text: string) => new EventReader().push(Buffer.from(text), text.length, () => {});
  expect(() => push('data: 1\n\n')).toThrow('not in chunks');
  expect(() => push('3\r\nabc\r\n')).toThrow('does not end');
});
