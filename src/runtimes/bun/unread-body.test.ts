import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import type { ClientError } from '../../core/errors.ts';
import { readBody } from './read-body.ts';
import { settleBody } from './unread-body.ts';

const LINGER_MS = 150;

let server: Bun.Server<undefined>;
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const wanted = new URL(request.url).pathname === '/wanted';
      const outcome = wanted ? await readBody(request, 10, 100).catch((error: ClientError) => error.kind) : 'unread';
      return settleBody(request, new Response(String(outcome)), LINGER_MS);
    },
  });
});
afterAll(() => server.stop(true));

type Line = { readonly text: () => string; readonly closed: Promise<void>; readonly end: () => void };

/** Sends the headers of a request, then a byte of its body from time to time, for as long as possible. */
function drip(head: string, byte = 'x'): Line {
  const socket = connect(Number(server.port), 'localhost');
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.on('error', () => undefined);
  socket.write(`${head}\r\n\r\n`);
  const dripping = setInterval(() => socket.writable && socket.write(byte), 20);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  closed.then(() => clearInterval(dripping));
  return { text: () => text, closed, end: () => socket.destroy() };
}

// RFC 9112 section 9.3: a server reads the entire body, or closes the connection after its response.
test.each([
  ['that nobody reads', 'POST /unwanted HTTP/1.1\r\nHost: x\r\nContent-Length: 60000', 'x'],
  ['that nobody reads, in chunks', 'POST /unwanted HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked', '1\r\nx\r\n'],
  ['that takes too long', 'POST /wanted HTTP/1.1\r\nHost: x\r\nContent-Length: 9', ''],
  ['that is too long', 'POST /wanted HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked', '2\r\nxx\r\n'],
  ['of a GET', 'GET /unwanted HTTP/1.1\r\nHost: x\r\nContent-Length: 60000', 'x'],
])('FA10 a body %s does not keep its connection open after the response', async (_what, head, byte) => {
  const line = drip(head, byte);
  await line.closed;
  expect(line.text().toLowerCase()).toContain('connection: close');
});

test.each(['/wanted', '/unwanted'])('FA10 a complete body keeps the connection open (%s)', async (path) => {
  const socket = connect(Number(server.port), 'localhost');
  const request = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`;
  const answers = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
      if (text.split('HTTP/1.1 200').length === 2) socket.write(request);
      if (text.split('HTTP/1.1 200').length === 3) resolve(text);
    });
  });
  socket.write(request);
  expect((await answers).toLowerCase()).not.toContain('connection: close');
  socket.destroy();
});
