import { afterAll, expect, test } from 'bun:test';
import { clockComparison, clockFinding, thisMoment } from './clock.ts';

let offset = 0;
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => new Response('', { headers: { Date: new Date(Date.now() + offset).toUTCString() } }),
});
afterAll(() => server.stop(true));

test("a clock is compared with a server's, within the precision of its header", async () => {
  const seen: string[] = [];
  for (offset of [0, 10_000, -10_000, 3_600_000]) {
    const { status, found } = await clockComparison('clock', server.url.href);
    seen.push(`${status} ${/behind|ahead/.exec(found)?.[0]}`);
  }
  expect(seen[0]).toStartWith('ok ');
  expect(seen.slice(1)).toEqual(['warn behind', 'warn ahead', 'fail behind']);
});

test('a server that does not respond is reported, not counted as a fault of this machine', async () => {
  expect(await clockComparison('clock', 'http://127.0.0.1:1/')).toMatchObject({ status: 'skip' });
});

test('a wall clock that was set during the check', () => {
  const start = thisMoment();
  expect(clockFinding(start).status).not.toBe('warn');
  expect(clockFinding({ ...start, wall: start.wall - 60_000 })).toMatchObject({ status: 'warn' });
});
