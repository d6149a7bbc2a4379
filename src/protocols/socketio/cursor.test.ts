import { describe, expect, test } from 'bun:test';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

describe('a cursor', () => {
  test.each<Cursor>([
    { kind: 'told', run: 'abc2', number: 5, offset: 7, epoch: 'x-y', channel: 'rooms:a.b.c\u2028 ü' },
    { kind: 'exact', positions: new Map([['demo:[1]', { epoch: 'e', offset: 3 }]]) },
  ])('%j is read as it was written', (cursor) => {
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  test.each([
    '',
    'x',
    '.',
    'a.1.2.e.',
    'a.1.-2.e.c',
    'a.1.2',
    '[',
    '[1]',
    '[[1,2,3]]',
    '[["c","e",1.5]]',
    '{}',
    '[null]',
  ])('none of ours is %j', (text) => {
    expect(decodeCursor(text)).toBeUndefined();
  });
});
