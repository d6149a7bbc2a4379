import { expect, test } from 'bun:test';
import { EventLines } from './event-lines.ts';

test('events are parsed completely, however the stream is split', () => {
  const stream = 'retry: 100\n\n: a comment\n\nevent: subscribed\nid: a:1\ndata: {"offset":1}\n\ndata: two\n\n';
  for (const size of [1, 2, 7, 1_000]) {
    const lines = new EventLines();
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
      stream.slice(i * size, (i + 1) * size),
    );
    expect(pieces.flatMap((piece) => lines.take(piece))).toEqual([
      { event: 'subscribed', id: 'a:1', data: '{"offset":1}' },
      { data: 'two' },
    ]);
  }
});
