import { expect, test } from 'bun:test';
import { starting } from './turned-away.ts';

test('HT10 an EventSource that comes while the server starts gets the retry delay, in no block of its own', async () => {
  const stream = starting(new Request('http://localhost/sse', { headers: { Accept: 'text/event-stream' } }));
  expect([stream.status, await stream.text()]).toEqual([200, expect.stringMatching(/^retry: \d{4}\n$/)]);
  expect(starting(new Request('http://localhost/sse')).status).toBe(503);
});
