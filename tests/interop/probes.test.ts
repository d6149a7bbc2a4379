import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

let server: BanyanProcess;
beforeAll(async () => {
  server = await startBanyan({ BANYAN_METRICS_ADDRESSES: '127.0.0.1' });
});
afterAll(() => server.stop());

/** The status line of the response to a raw request. */
function statusOf(request: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', (bytes) => {
      answer += String(bytes);
      if (!answer.includes('\r\n')) return;
      socket.destroy();
      resolve(answer.slice(0, answer.indexOf('\r\n')));
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`only this arrived: ${answer}`)));
  });
}

// https://github.com/haproxy/haproxy/issues/1225 and https://github.com/http-party/node-http-proxy/pull/1050: HAProxy sends
// no Host header with its checks; https://github.com/alibaba/tengine/issues/1073: others send an empty one.
test.each([
  'GET /readyz HTTP/1.0\r\n\r\n',
  'HEAD /livez HTTP/1.0\r\n\r\n',
  'OPTIONS /livez HTTP/1.0\r\nUser-Agent: check\r\n\r\n',
  'GET /livez?from=check HTTP/1.1\r\nHost:\r\n\r\n',
  'GET /metrics HTTP/1.0\r\n\r\n',
])('OB9 a probe without a Host header is answered: %j', async (request) => {
  expect(await statusOf(request)).toEndWith(' 200 OK');
});

// RFC 9112 section 3.2.
test.each([
  'GET /livez HTTP/1.1\r\n\r\n',
  'GET /sse?channel=demo:a HTTP/1.0\r\n\r\n',
  'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost:\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
])('OB9 every other path requires one: %j', async (request) => {
  expect(await statusOf(request)).toEndWith(' 400 Bad Request');
});
