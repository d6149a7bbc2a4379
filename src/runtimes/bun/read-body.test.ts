import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import type { ClientError } from '../../core/errors.ts';
import { readBody } from './read-body.ts';

const outcomes: string[] = [];
let server: Bun.Server<undefined>;
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const outcome = await readBody(request, 10, 200).then(
        (bytes) => new TextDecoder().decode(bytes),
        (error: ClientError) => `${error.kind}: ${error.message}`,
      );
      outcomes.push(outcome);
      return new Response(outcome);
    },
  });
});
afterAll(() => server.stop(true));

const ask = async (body?: string) => {
  const init = body === undefined ? {} : { method: 'POST', body };
  return (await fetch(server.url, init)).text();
};

test('a body is read completely, up to its limit', async () => {
  expect(await ask('ten letter')).toBe('ten letter');
  expect(await ask()).toBe('');
  expect(await ask('eleven lett')).toBe('tooLarge: the body may have at most 10 bytes');
});

test('a slow body is given up, and one that breaks off too', async () => {
  const socket = connect(Number(server.port), 'localhost');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n');
  const dripping = setInterval(() => socket.write('x'), 60);
  await until(() => outcomes.at(-1)?.includes('too long') === true);
  clearInterval(dripping);
  socket.destroy();
  const broken = connect(Number(server.port), 'localhost');
  broken.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nxx', () => broken.destroy());
  await until(() => outcomes.at(-1)?.includes('broke off') === true);
});

async function until(isIt: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !isIt(); await Bun.sleep(5)) {
    if (Date.now() > deadline) throw new Error(`it did not happen: ${outcomes}`);
  }
}
