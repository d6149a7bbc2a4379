import { describe, expect, test } from 'bun:test';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

const CURSORS: Cursor[] = [
  { kind: 'told', run: 'abc2', number: 5, offset: 7, epoch: 'x-y', channel: 'rooms:a.b.c\u2028 ü' },
  { kind: 'replayed', run: 'abc2', replay: 4, step: 0 },
];

describe('a cursor', () => {
  test.each(CURSORS.map((cursor) => [cursor]))('%j is parsed to what was written', (cursor) => {
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  test.each(['', 'x', '.', 'a.1.2.e.', 'a.1.-2.e.c', 'a.1.2', 'a~1', 'a~1~x', '~1~2', 'A~1~2', '{}'])(
    '%j is refused',
    (text) => {
      expect(decodeCursor(text)).toBeUndefined();
    },
  );
});
