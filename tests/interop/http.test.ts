import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

let server: BanyanProcess;

beforeAll(async () => {
  server = await startBanyan();
});
afterAll(() => server.stop());

/** The status line of the response to a raw request; '' if the socket is closed without one. */
function statusLine(request: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    const done = () => {
      socket.destroy();
      resolve(answer.split('\r\n')[0] ?? '');
    };
    socket.on('data', (data) => {
      answer += data.toString();
      done();
    });
    socket.on('error', done).on('close', done);
    socket.setTimeout(2_000, done);
  });
}

const upgrade = (headers: string) =>
  statusLine(
    `GET /connection/websocket HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
  );

describe('the WebSocket upgrade', () => {
  test('is open to our own pages and to programs', async () => {
    expect(await upgrade('')).toBe('HTTP/1.1 101 Switching Protocols');
    expect(await upgrade(`Origin: ${server.url}\r\n`)).toBe('HTTP/1.1 101 Switching Protocols');
  });

  test('is refused to pages of other origins, with or without cookies', async () => {
    expect(await upgrade('Origin: https://evil.example\r\nCookie: banyan=x\r\n')).toBe('HTTP/1.1 403 Forbidden');
    expect(await upgrade('Origin: null\r\n')).toBe('HTTP/1.1 403 Forbidden');
    expect(await upgrade('Sec-Fetch-Site: cross-site\r\n')).toBe('HTTP/1.1 403 Forbidden');
  });
});

// Except for health checks (OB9): see probes.test.ts.
test('an invalid Host header is answered with 400 on every path', async () => {
  for (const path of ['/', '/api/v1/accounts.status', '/connection/websocket']) {
    for (const host of ['', 'a b', '[::1', 'x:99999999']) {
      const line = await statusLine(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect([path, host, line]).toEqual([path, host, 'HTTP/1.1 400 Bad Request']);
    }
  }
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
});
