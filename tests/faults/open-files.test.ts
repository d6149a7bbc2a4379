import { afterEach, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { RawClient } from './raw-client.ts';
import { until } from './tally.ts';

const LIMIT = 128;
const CHANNEL = 'log:files';

let server: BanyanProcess | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
});

/** A connection that sends nothing, or the given bytes. */
function idle(url: string, text = ''): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  if (text !== '') socket.write(text);
  sockets.push(socket);
  return socket;
}

const metric = async (url: string, line: string) => {
  const text = await fetch(`${url}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.split(' ')
      .at(-1) ?? 0,
  );
};

test('FA7 idle connections that use up all files are closed, and the server keeps serving', async () => {
  const through = ['bash', '-c', `ulimit -n ${LIMIT}; exec "$0" "$@"`];
  const env = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' };
  server = await startBanyan({ ...env, BANYAN_METRICS_ADDRESSES: '127.0.0.1', BANYAN_LOG_LEVEL: 'error' }, through);
  const { url, socketUrl } = server;
  const follower = await RawClient.connect(socketUrl);
  await follower.ask({ subscribe: { channel: CHANNEL } });
  let isOpen = true;
  follower.closed.then(() => {
    isOpen = false;
  });
  // Some have sent part of a request.
  for (let count = 0; count < LIMIT; count += 1) idle(url, count % 4 === 0 ? 'GET / HTTP/1.1\r\nHost: a\r\n' : '');
  // Nobody can connect now. The follower is still served.
  const before = follower.pings;
  await until('pings', () => follower.pings >= before + 3);
  expect(isOpen).toBe(true);
  expect((await follower.ask({ publish: { channel: CHANNEL, data: 1 } })).error).toBeUndefined();
  // Their clients still hold them: the server closed them.
  await until('room', async () => (await fetch(`${url}/livez`).catch(() => undefined))?.status === 200);
  await until('their end', () => sockets.every(({ destroyed }) => destroyed));
  await until('readiness', async () => (await fetch(`${url}/readyz`)).status === 200);
  expect(await metric(url, 'banyan_part_failures_total{part="open files"}')).toBeGreaterThan(0);
  const stale = await RawClient.open(socketUrl);
  expect(await stale.closed).toBe(3_502);
  const late = await RawClient.connect(socketUrl);
  await late.ask({ publish: { channel: CHANNEL, data: 2 } });
  await until('both', () => follower.publications(CHANNEL).length === 2);
  expect(follower.publications(CHANNEL).map(({ data }) => data)).toEqual([1, 2]);
  for (const raw of [follower, late]) raw.end();
}, 120_000);

test('FA7 connections are refused while there are still files to refuse them with', async () => {
  const through = ['bash', '-c', `ulimit -n ${LIMIT}; exec "$0" "$@"`];
  const env = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_LOG_LEVEL: 'error' };
  server = await startBanyan(env, through);
  const { socketUrl, url } = server;
  const opened = await Promise.allSettled(Array.from({ length: LIMIT / 2 + 4 }, () => RawClient.connect(socketUrl)));
  const raws = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  // 64 are the server's own.
  expect(raws.length).toBe(LIMIT - 64);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  for (const raw of raws) raw.end();
}, 60_000);

test('FA10 a request whose body continues after the response ends with its connection', async () => {
  server = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true' });
  const lines = ['/livez', '/readyz', '/', '/nowhere', '/history?channel=demo:a', '/api/v1'].map((path) =>
    idle(server?.url as string, `GET ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nx`),
  );
  await until('their end', () => lines.every(({ destroyed }) => destroyed));
}, 30_000);

test('FA11 more clients than available files, right after a start or a kill, do not end the process', async () => {
  const through = ['bash', '-c', `ulimit -n ${LIMIT}; exec "$0" "$@"`];
  server = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_LOG_LEVEL: 'error' }, through);
  const { url, socketUrl } = server;
  for (const _start of ['after a start', 'after a kill']) {
    // Long enough for everything the server starts only after its start.
    const deadline = Date.now() + 2_500;
    while (Date.now() < deadline) {
      const herd = await Promise.allSettled(Array.from({ length: 2 * LIMIT }, () => RawClient.open(socketUrl)));
      for (const each of herd) if (each.status === 'fulfilled') each.value.end();
    }
    await until('an answer', async () => (await fetch(`${url}/livez`).catch(() => undefined))?.status === 200);
    await server.crash();
    await server.restart();
  }
}, 90_000);
