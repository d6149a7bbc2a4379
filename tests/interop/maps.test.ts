import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createHash, createHmac } from 'node:crypto';
import { Centrifuge, type SharedPollSubscriptionOptions } from 'centrifuge';
import { Centrifuge as BinaryCentrifuge } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const API_KEY = 'a key for tests only';
const POLL_SECRET = 'the key that signs tracked items';

/** The backend's items, by key. */
const items = new Map<string, { readonly version: number; readonly data: unknown; readonly removed?: boolean }>();
const clients: Centrifuge[] = [];
let backend: Bun.Server<undefined>;
let server: BanyanProcess;

beforeAll(async () => {
  backend = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const asked = (await request.json()) as { readonly items: readonly { readonly key: string }[] };
      const known = asked.items.flatMap(({ key }) => (items.has(key) ? [{ key, ...items.get(key) }] : []));
      return Response.json({ result: { items: known } });
    },
  });
  const kept = { type: 'map', history: 'memory', historySize: 100, delta: true };
  const pollUrl = `http://localhost:${backend.port}/items`;
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_API_KEYS: API_KEY,
    BANYAN_POLL_SECRET: POLL_SECRET,
    BANYAN_NAMESPACES: JSON.stringify({
      ...{ map: { ...kept, clientsMap: 'who' }, who: { type: 'mapClients' } },
      poll: { type: 'sharedPoll', pollUrl, pollIntervalMs: 50, pollVersions: true },
    }),
  });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(async () => {
  await server.stop();
  await backend.stop(true);
});

async function connected(format: 'json' | 'protobuf'): Promise<Centrifuge> {
  const made =
    format === 'json'
      ? new Centrifuge(server.socketUrl, { websocket: WebSocket })
      : new BinaryCentrifuge(server.socketUrl, { websocket: WebSocket });
  const client = made as unknown as Centrifuge;
  clients.push(client);
  client.connect();
  await client.ready(5_000);
  return client;
}

/** Signs as a developer's backend does. */
async function call(method: string, params: unknown): Promise<void> {
  const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' };
  await fetch(`${server.url}/api/${method}`, { method: 'POST', headers, body: JSON.stringify(params) });
}

const plainOf = (data: unknown): unknown =>
  data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data;

type Update = { readonly key: string; readonly data: unknown; readonly removed?: boolean };
type Subscribing = {
  on(name: string, listener: (event: never) => void): unknown;
  subscribe(): void;
  unsubscribe(): void;
  ready(timeout: number): Promise<void>;
};

/** What an application would show: the current entries. */
function shown(subscription: Subscribing): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  const apply = ({ key, data, removed }: Update) =>
    removed === true ? entries.delete(key) : entries.set(key, plainOf(data));
  subscription.on('sync', ({ entries: all }: { entries: readonly Update[] }) => {
    entries.clear();
    for (const each of all) apply(each);
  });
  subscription.on('update', (update: Update) => apply(update));
  return entries;
}

/** A signature that lets an anonymous client track items. */
function signed(channel: string): SharedPollSubscriptionOptions {
  const sign = (keys: readonly string[]) => {
    const issued = Math.floor(Date.now() / 1_000);
    const digest = createHash('sha256').update(keys.join('\0')).digest('hex');
    const payload = [issued, issued + 60, '', channel, digest].join('\0');
    return `${issued}:${issued + 60}:${createHmac('sha256', POLL_SECRET).update(payload).digest('hex')}`;
  };
  return { getSignature: async ({ keys }) => ({ keys, signature: sign(keys) }) };
}

describe.each(['json', 'protobuf'] as const)('the official client, by %s', (format) => {
  test('MA1 MA2 MA3 MA4 sees the current map, from the beginning and after a cut', async () => {
    const channel = `map:${format}`;
    const text = 'x'.repeat(200);
    for (const key of ['a', 'b', 'c', 'd', 'e']) await call('map_publish', { channel, key, data: { n: 0, text } });
    const client = await connected(format);
    const subscription = client.newMapSubscription(channel, { pageSize: 2, delta: 'fossil' });
    const entries = shown(subscription);
    subscription.subscribe();
    await subscription.ready(5_000);
    await call('map_publish', { channel, key: 'a', data: { n: 1, text } });
    await call('map_remove', { channel, key: 'b' });
    await until(() => !entries.has('b'));
    client.disconnect();
    await call('map_publish', { channel, key: 'f', data: { n: 2, text } });
    await call('map_publish', { channel, key: 'a', data: { n: 2, text } });
    client.connect();
    await until(() => entries.has('f'));
    await call('map_publish', { channel, key: 'c', data: { n: 3, text } });
    await until(() => (entries.get('c') as { n: number } | undefined)?.n === 3);
    const numbers = [...entries].map(([key, data]) => [key, (data as { n: number }).n]).sort();
    expect(numbers).toEqual([
      ['a', 2],
      ['c', 3],
      ['d', 0],
      ['e', 0],
      ['f', 2],
    ]);
  });

  test('MA7 sees joins and leaves as a map', async () => {
    const [ann, ben] = [await connected(format), await connected(format)];
    const presence = ann.newMapClientsSubscription(`who:map:seen-${format}`);
    const there = shown(presence);
    presence.subscribe();
    await presence.ready(5_000);
    const subscription = ben.newMapSubscription(`map:seen-${format}`);
    subscription.subscribe();
    await until(() => there.size === 1);
    ben.disconnect();
    await until(() => there.size === 0);
  });

  test("SP1 SP2 receives the backend's publications of an item at once, and no older state", async () => {
    const channel = `poll:told-${format}`;
    const client = await connected(format);
    const subscription = client.newSharedPollSubscription(channel, signed(channel));
    const heard: unknown[] = [];
    subscription.on('update', ({ key, data }) => heard.push([key, plainOf(data)]));
    items.set('told', { version: 3, data: { n: 3 } });
    subscription.subscribe();
    await subscription.ready(5_000);
    subscription.track(['told']);
    await until(() => heard.length === 1);
    // The backend itself still returns version 3, about every 50 ms.
    await call('shared_poll_publish', { channel, key: 'told', data: { n: 5 }, version: 5 });
    await call('shared_poll_publish', { channel, key: 'told', data: { n: 4 }, version: 4 });
    await call('shared_poll_publish', { channel, key: 'other', data: { n: 1 }, version: 9 });
    await call('shared_poll_publish', { channel, key: 'told', data: { n: 6 }, version: 6 });
    await until(() => heard.length >= 3);
    expect(heard).toEqual([3, 5, 6].map((n) => ['told', { n }]));
  });

  test('SP1 SP3 is told which items it may track', async () => {
    const channel = `poll:${format}`;
    const client = await connected(format);
    const subscription = client.newSharedPollSubscription(channel, signed(channel));
    const entries = shown(subscription);
    items.set(format, { version: 1, data: { n: 1 } });
    subscription.subscribe();
    await subscription.ready(5_000);
    subscription.track([format]);
    await until(() => entries.has(format));
    items.set(format, { version: 2, data: { n: 2 } });
    await until(() => (entries.get(format) as { n: number }).n === 2);
    items.set(format, { version: 3, data: null, removed: true });
    await until(() => !entries.has(format));
  });
});
