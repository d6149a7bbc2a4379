import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { Centrifuge, Options, Subscription } from 'centrifuge';
import { SignJWT } from 'jose';
import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';
import { type Format, packed, stockCentrifuge, type Transport, unpacked } from './ways/centrifuge.ts';

const SECRET = 'a secret that is shared with one application only';
const APP = 'https://app.example.org';

/** Every format and transport of the official client. */
const WAYS = [
  ['JSON over WebSocket', 'json', 'websocket'],
  ['Protobuf over WebSocket', 'protobuf', 'websocket'],
  ['JSON over an HTTP stream', 'json', 'http_stream'],
  ['Protobuf over an HTTP stream', 'protobuf', 'http_stream'],
  ['JSON over server-sent events', 'json', 'sse'],
] as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

let server: BanyanProcess;
let signed: BanyanProcess;
const clients: Centrifuge[] = [];

beforeAll(async () => {
  [server, signed] = await Promise.all([
    startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' }),
    startBanyan({ BANYAN_TOKEN_SECRET: SECRET, BANYAN_ALLOWED_ORIGINS: APP }),
  ]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => Promise.all([server.stop(), signed.stop()]));

async function connected(format: Format, transport: Transport, options: Partial<Options> = {}) {
  const client = stockCentrifuge(server.url, format, transport, { minReconnectDelay: 50, ...options });
  clients.push(client);
  client.connect();
  await client.ready(5_000);
  return client;
}

async function subscribed(client: Centrifuge, channel: string): Promise<Subscription> {
  const subscription = client.newSubscription(channel, { recoverable: true, positioned: true, joinLeave: true });
  subscription.subscribe();
  await subscription.ready(5_000);
  return subscription;
}

describe('the official client', () => {
  test.each([...WAYS])('works: %s', async (_way, format, transport) => {
    const channel = `demo:${format}-${transport}`;
    const client = await connected(format, transport);
    const subscription = await subscribed(client, channel);
    const heard: unknown[] = [];
    subscription.on('publication', ({ data }) => heard.push(unpacked(data)));
    for (const n of [1, 2, 3]) await client.publish(channel, packed(format, { n, text: 'äöü 你好 🌳' }));
    await until(() => heard.length === 3);
    expect(heard).toEqual([1, 2, 3].map((n) => ({ n, text: 'äöü 你好 🌳' })));
    const { publications, offset } = await client.history(channel, { limit: 10 });
    expect([publications.map((each) => each.offset), offset]).toEqual([[1, 2, 3], 3]);
    expect(Object.keys((await client.presence(channel)).clients)).toHaveLength(1);
    expect(await client.presenceStats(channel)).toMatchObject({ numClients: 1, numUsers: 1 });
    const { data } = await client.rpc('accounts.status', packed(format, {}));
    expect(unpacked(data)).toMatchObject({ hasOwner: false });
    await expect(client.publish('nowhere:x', packed(format, 1))).rejects.toMatchObject({ code: 102 });
    subscription.unsubscribe();
    await until(() => subscription.state === 'unsubscribed');
    expect(Object.keys((await client.presence(channel)).clients)).toEqual([]);
  });

  test.each([...WAYS])(
    'stays connected through pings, and leaves presence at once when it disconnects: %s',
    async (_way, format, transport) => {
      const channel = `demo:stays-${format}-${transport}`;
      const [client, watcher] = [await connected(format, transport), await connected('json', 'websocket')];
      await subscribed(client, channel);
      let breaks = 0;
      client.on('connecting', () => {
        breaks += 1;
      });
      await Bun.sleep(3_500);
      expect([client.state as string, breaks]).toEqual(['connected', 0]);
      client.disconnect();
      const there = async () => Object.keys((await watcher.presence(channel)).clients).length;
      for (const deadline = Date.now() + 30_000; (await there()) > 0; await Bun.sleep(10)) {
        if (Date.now() > deadline) throw new Error('it is still there');
      }
    },
  );

  test.each([...WAYS])(
    'RE1 reconnects after the server was killed, and receives what it missed: %s',
    async (_way, format, transport) => {
      const channel = `log:back-${format}-${transport}`;
      const client = await connected(format, transport);
      const subscription = await subscribed(client, channel);
      const heard: unknown[] = [];
      subscription.on('publication', ({ data }) => heard.push(unpacked(data)));
      await client.publish(channel, packed(format, 'before'));
      await until(() => heard.length === 1);
      await server.crash();
      await server.restart();
      const other = await connected('json', 'websocket');
      await other.publish(channel, 'meanwhile');
      await until(() => heard.length === 2);
      await client.publish(channel, packed(format, 'after'));
      await until(() => heard.length === 3);
      expect(heard).toEqual(['before', 'meanwhile', 'after']);
    },
  );

  test('OR2 all of them receive the same, in the same order, whoever published it', async () => {
    const channel = 'log:together';
    const all = await Promise.all(WAYS.map(([, format, transport]) => connected(format, transport)));
    const heard = await Promise.all(
      all.map(async (client) => {
        const said: unknown[] = [];
        (await subscribed(client, channel)).on('publication', ({ data, offset }) =>
          said.push([offset, unpacked(data)]),
        );
        return said;
      }),
    );
    const turns = WAYS.flatMap(([, format], who) => [0, 1, 2, 3].map((n) => ({ who, format, data: `${who}-${n}` })));
    await Promise.all(turns.map(({ who, format, data }) => all[who]?.publish(channel, packed(format, data))));
    await until(() => heard.every((said) => said.length === turns.length));
    for (const said of heard) expect(said).toEqual(heard[0] as unknown[]);
    expect(heard[0]?.map((each) => (each as [number, string])[0])).toEqual(turns.map((_, index) => index + 1));
  });

  test('bytes that are not JSON reach other binary clients unchanged, and JSON clients in a wrapper', async () => {
    const [binary, other, json] = [
      await connected('protobuf', 'websocket'),
      await connected('protobuf', 'http_stream'),
      await connected('json', 'websocket'),
    ];
    const heard: unknown[] = [];
    for (const client of [other, json])
      (await subscribed(client, 'log:bytes')).on('publication', ({ data }) => heard.push(data));
    await binary.publish('log:bytes', new Uint8Array([0, 255, 10, 13, 200]));
    await until(() => heard.length === 2);
    expect(heard).toContainEqual({ $binary: 'AP8KDcg=' });
    expect(heard.some((data) => data instanceof Uint8Array && data.join() === '0,255,10,13,200')).toBe(true);
  });
});

test('a carriage return between JSON tokens reaches every client as a space at most', async () => {
  const clients = await Promise.all(WAYS.map(([, format, transport]) => connected(format, transport)));
  const heard: unknown[] = [];
  for (const client of clients) {
    (await subscribed(client, 'log:return')).on('publication', ({ data }) => heard.push(unpacked(data)));
  }
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${CENTRIFUGE_JSON.path}`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send('{"id":1,"connect":{}}\n{"id":2,"publish":{"channel":"log:return","data":{\r"a":\r[1]}}}');
  await until(() => heard.length === WAYS.length);
  expect(heard).toEqual(WAYS.map(() => ({ a: [1] })));
  socket.close();
});

describe('a stream', () => {
  const open = (body: string, headers: Record<string, string> = {}, to = server) =>
    fetch(`${to.url}/connection/http_stream`, { method: 'POST', body, headers });

  test('is not buffered by proxies, and ends with a push that says why', async () => {
    const response = await open('{"id":1,"connect":{}}\n{"id":2,"connect":{}}');
    expect(response.headers.get('X-Accel-Buffering')).toBe('no');
    expect(response.headers.get('Cache-Control')).toContain('no-store');
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ push: { disconnect: { code: 3_501, reason: 'bad request', reconnect: false } } });
  });

  test('SE6 of invalid data ends at once; others continue', async () => {
    const other = await connected('json', 'http_stream');
    expect(await (await open('garbage')).text()).toContain('3501');
    expect((await open('x'.repeat(100_000))).status).toBe(413);
    await other.publish('demo:others', 1);
  });

  test('SL1 that is not read is closed, and the server’s memory is bounded', async () => {
    const response = await open('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"demo:slow"}}');
    const publisher = await connected('json', 'websocket');
    const data = 'x'.repeat(50_000);
    const before = server.residentBytes();
    // 600 MB: a server that kept them would exceed the bound, while the collector may leave up to 200 MiB.
    for (let n = 0; n < 12_000; n += 1) await publisher.publish('demo:slow', { n, data });
    expect(server.residentBytes() - before).toBeLessThan(320 * 1_024 * 1_024);
    const rest = await response.text().catch(() => '');
    expect(rest.length).toBeLessThan(50_000 * 12_000);
    expect(Object.keys((await publisher.presence('demo:slow')).clients)).toEqual([]);
  }, 30_000);

  test('accepts requests for its own session only', async () => {
    const send = (body: unknown) => fetch(`${server.url}/emulation`, { method: 'POST', body: JSON.stringify(body) });
    expect((await send({ node: 'x', session: 'y', data: '{}' })).status).toBe(404);
    expect((await send({ session: 5 })).status).toBe(400);
    expect((await send([])).status).toBe(400);
    expect((await fetch(`${server.url}/emulation`)).status).toBe(405);
  });

  test('PE1 pages of other origins get nothing; allowed ones get what their token grants', async () => {
    const connect = '{"id":1,"connect":{}}';
    expect((await open(connect, { Origin: 'https://evil.example' }, signed)).status).toBe(403);
    const refused = await open(connect, { Origin: APP }, signed);
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe(APP);
    // For clients that send all requests with credentials (HX2); their cookies are ignored here.
    expect(refused.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    const reader = refused.body?.getReader();
    expect(decoder.decode((await reader?.read())?.value)).toContain('"code":101');
    await reader?.cancel();
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('user-1')
      .sign(encoder.encode(SECRET));
    const allowed = await open(`{"id":1,"connect":{"token":"${token}"}}`, { Origin: APP }, signed);
    const answer = allowed.body?.getReader();
    expect(decoder.decode((await answer?.read())?.value)).toContain('"client":');
    await answer?.cancel();
    const preflight = await fetch(`${signed.url}/emulation`, { method: 'OPTIONS', headers: { Origin: APP } });
    expect([preflight.status, preflight.headers.get('Access-Control-Allow-Origin')]).toEqual([204, APP]);
  });
});
