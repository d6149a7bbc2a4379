import { afterAll, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { compressionFinding } from './proxy.ts';

const STYLE = '.leaf { color: green }\n'.repeat(2_000);
/** A server with a page, a small script and a large style sheet. */
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    const { pathname, port } = new URL(request.url);
    expect(port).toBe(String(server.port));
    if (pathname === '/') return page;
    if (pathname === '/small.js') return new Response('1');
    const packed = new Response(new Uint8Array(gzipSync(STYLE)), { headers: { 'Content-Encoding': 'gzip' } });
    return isPacked ? packed : new Response(STYLE);
  },
});
afterAll(() => server.stop(true));
let page: Response;
let isPacked: boolean;

function app(): Response {
  return new Response('<script type="module" src="/small.js"></script><link rel="stylesheet" href="/big.css">');
}

test('a web app whose files are compressed, except small ones', async () => {
  [page, isPacked] = [app(), true];
  expect(await compressionFinding(server.url.origin)).toMatchObject({ name: 'web app', status: 'ok' });
});

test('one whose files are decompressed on the way', async () => {
  [page, isPacked] = [app(), false];
  const { status, remedy } = await compressionFinding(server.url.origin);
  expect(status).toBe('warn');
  expect(remedy).toContain('Accept-Encoding');
});

test('none', async () => {
  page = new Response('not found', { status: 404 });
  expect(await compressionFinding(server.url.origin)).toMatchObject({ status: 'skip' });
});
