import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import type { Server } from 'bun';
import { APP, next, PusherWorld, subscribe } from './pusher-world.ts';
import { until } from './until.ts';

type Told = { readonly name: string; readonly channel: string } & Readonly<Record<string, unknown>>;

let world: PusherWorld;
let receiver: Server<undefined>;
/** The app's webhook deliveries, after their signature was verified. */
const told: Told[] = [];
/** How many of the next webhook calls fail. */
let failing = 0;

beforeAll(async () => {
  receiver = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: hear });
  const webhooks = [
    { url: `http://127.0.0.1:${receiver.port}/hook` },
    { url: `http://127.0.0.1:${receiver.port}/misses`, events: ['cache_miss'] },
  ];
  world = await PusherWorld.start([{ ...APP, webhooks, subscriptionCounts: true, maxEventBytes: 1_000 }]);
});
afterEach(() => {
  world.hangUp();
  told.length = 0;
});
afterAll(() => Promise.all([receiver.stop(true), world.server.stop()]));

async function hear(request: Request): Promise<Response> {
  const rawBody = await request.text();
  const webhook = world.backend.webhook({ headers: Object.fromEntries(request.headers), rawBody } as never);
  expect(webhook.isValid()).toBe(true);
  failing -= 1;
  if (failing >= 0) return new Response('later', { status: 503 });
  const events = webhook.getEvents() as unknown as Told[];
  if (request.url.endsWith('/misses')) expect(events.map(({ name }) => name)).toEqual(events.map(() => 'cache_miss'));
  else told.push(...events);
  return new Response('ok');
}

const toldOf = (channel: string) =>
  told.filter((event) => event.channel === channel && event.name !== 'subscription_count');

async function get(path: string, params: Record<string, string> = {}): Promise<unknown> {
  return (await world.backend.get({ path, params })).json();
}

/** Statuses the package throws as errors. */
async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 200,
    ({ status }: { status: number }) => status,
  );
}

describe('PU7 the HTTP API with the pusher package', () => {
  test('triggers single events and batches, and returns the requested channel info', async () => {
    const { client, channel } = await world.subscribed('presence-a', 'ann');
    const info = 'user_count,subscription_count';
    const one = await world.backend.trigger(['presence-a', 'empty'], 'x', {}, { info });
    expect(await one.json()).toEqual({
      channels: { 'presence-a': { user_count: 1, subscription_count: 1 }, empty: { subscription_count: 0 } },
    });
    const heard = next(channel, 'y');
    const { socket_id } = client.connection;
    const batch = await world.backend.triggerBatch([
      { channel: 'presence-a', name: 'y', data: 'excluded', socket_id },
      { channel: 'presence-a', name: 'y', data: 'told', info: 'user_count' },
    ] as never);
    expect(await batch.json()).toEqual({ batch: [{}, { user_count: 1 }] });
    expect(await heard).toBe('told');
  });

  test('answers requests about channels and users', async () => {
    const ann = await world.connected('ann');
    for (const name of ['presence-b', 'presence-c', 'plain']) await subscribe(ann, name);
    await subscribe(await world.connected('ben'), 'presence-b');
    expect(await get('/channels')).toEqual({ channels: { 'presence-b': {}, 'presence-c': {}, plain: {} } });
    expect(await get('/channels', { filter_by_prefix: 'presence-', info: 'user_count' })).toEqual({
      channels: { 'presence-b': { user_count: 2 }, 'presence-c': { user_count: 1 } },
    });
    expect(await get('/channels/presence-b', { info: 'user_count,subscription_count' })).toEqual({
      ...{ occupied: true, user_count: 2, subscription_count: 2 },
    });
    expect(await get('/channels/nobody-there')).toEqual({ occupied: false });
    expect(await get('/channels/presence-b/users')).toEqual({ users: [{ id: 'ann' }, { id: 'ben' }] });
    expect(await statusOf(get('/channels', { info: 'user_count' }))).toBe(400);
    expect(await statusOf(get('/channels/plain/users'))).toBe(400);
    expect(await statusOf(get('/channels/plain', { info: 'user_count' }))).toBe(400);
    expect(await statusOf(get('/no-such-thing'))).toBe(404);
    expect(await statusOf(world.backend.terminateUserConnections('a b/ü'))).toBe(404);
    expect(await statusOf(world.backend.terminateUserConnections('a b ü'))).toBe(200);
  });

  // "For POST requests, parameters MAY be submitted in the query string", arrays as `channels[]=`: HTTP API Reference.
  test("reads an event's parameters from the query", async () => {
    const { channel } = await world.subscribed('asked-by-query');
    const heard = next(channel, 'queried');
    const params = { name: 'queried', data: '{"n":1}', 'channels[]': 'asked-by-query' };
    const answer = await world.backend.post({ path: '/events', params } as never);
    expect(await answer.json()).toEqual({});
    expect(await heard).toEqual({ n: 1 });
  });

  // https://pusher.com/docs/channels/library_auth_reference/rest-api/: "The body will contain a JSON hash of response data".
  test('answers each call with a JSON hash, and errors with a text', async () => {
    await world.subscribed('presence-shape', 'ann');
    const { backend } = world;
    const event = { channel: 'presence-shape', name: 'x', data: '{}' };
    const calls: readonly [Promise<Response>, object][] = [
      [backend.trigger('presence-shape', 'x', {}) as never, {}],
      [backend.triggerBatch([event] as never) as never, {}],
      [backend.terminateUserConnections('nobody') as never, {}],
      [backend.get({ path: '/channels' }) as never, { channels: { 'presence-shape': {} } }],
      [backend.get({ path: '/channels/presence-shape' }) as never, { occupied: true }],
      [backend.get({ path: '/channels/presence-shape/users' }) as never, { users: [{ id: 'ann' }] }],
    ];
    for (const [call, shape] of calls) {
      const response = await call;
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toStartWith('application/json');
      expect(await response.json()).toEqual(shape as never);
    }
    const refused = await fetch(`${world.server.url}/apps/${APP.id}/channels`);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'text/plain; charset=utf-8']);
  });

  test('refuses events that are too large, too many or misnamed', async () => {
    const { backend } = world;
    expect(await statusOf(backend.trigger('a', 'x', 'x'.repeat(1_001)))).toBe(413);
    expect(
      await statusOf(backend.triggerBatch(Array.from({ length: 11 }, () => ({ channel: 'a', name: 'x', data: '' })))),
    ).toBe(400);
    expect(await statusOf(backend.trigger('a', 'pusher:error', {}))).toBe(400);
    expect(await statusOf(backend.trigger('a', 'x', {}, { info: 'user_count,x' }))).toBe(400);
    for (const body of [
      '',
      '{',
      '[]',
      '{}',
      '{"name":"x","data":{},"channel":"a"}',
      '{"name":"x","data":"","channel":"a b"}',
    ])
      expect(await statusOf(backend.post({ path: '/events', body: JSON.parse(JSON.stringify(body)) }))).toBe(400);
  });

  test('refuses a request that the app’s backend has not signed correctly', async () => {
    const body = '{"name":"x","channel":"a","data":""}';
    const now = Math.floor(Date.now() / 1_000);
    expect(await signed({ body })).toBe(200);
    expect(await signed({ body, secret: 'another secret' })).toBe(401);
    expect(await signed({ body, time: now - 601 })).toBe(401);
    // By more than a second, as time passes meanwhile.
    expect(await signed({ body, time: now + 660 })).toBe(401);
    expect(await signed({ body, sent: body.replace('"a"', '"b"') })).toBe(401);
    expect(await signed({ body, more: '&socket_id=1.1' })).toBe(401);
    expect(await signed({ body, app: '99' })).toBe(404);
    const unsigned = await fetch(`${world.server.url}/apps/${APP.id}/events`, { method: 'POST', body });
    expect([unsigned.status, await unsigned.text()]).toEqual([401, 'auth_key is not the key of this app\n']);
  });
});

type Forged = { body: string; sent?: string; secret?: string; time?: number; more?: string; app?: string };

/** The status of a manually signed request. */
async function signed({
  body,
  sent = body,
  secret = APP.secret,
  time,
  more = '',
  app = APP.id,
}: Forged): Promise<number> {
  const md5 = new Bun.CryptoHasher('md5').update(body).digest('hex');
  const stamp = time ?? Math.floor(Date.now() / 1_000);
  const query = `auth_key=${APP.key}&auth_timestamp=${stamp}&auth_version=1.0&body_md5=${md5}`;
  const path = `/apps/${app}/events`;
  const signature = createHmac('sha256', secret).update(`POST\n${path}\n${query}`).digest('hex');
  const url = `${world.server.url}${path}?${query}&auth_signature=${signature}${more}`;
  return (await fetch(url, { method: 'POST', body: sent })).status;
}

describe('PU9 webhooks', () => {
  test('report channels, members and client events, signed', async () => {
    const ann = await world.connected('ann');
    const channel = await subscribe(ann, 'presence-hook');
    channel.trigger('client-x', { n: 1 });
    ann.unsubscribe('presence-hook');
    await until(() => toldOf('presence-hook').length === 5);
    expect(toldOf('presence-hook')).toEqual([
      { name: 'member_added', channel: 'presence-hook', user_id: 'ann' },
      { name: 'channel_occupied', channel: 'presence-hook' },
      {
        ...{ name: 'client_event', channel: 'presence-hook', event: 'client-x', data: '{"n":1}' },
        ...{ socket_id: ann.connection.socket_id, user_id: 'ann' },
      },
      { name: 'member_removed', channel: 'presence-hook', user_id: 'ann' },
      { name: 'channel_vacated', channel: 'presence-hook' },
    ]);
  });

  test('report an empty cache, and the subscription count', async () => {
    await world.subscribed('cache-hook');
    await until(() => told.some(({ name }) => name === 'subscription_count'));
    expect(told.filter(({ channel }) => channel === 'cache-hook')).toEqual([
      { name: 'cache_miss', channel: 'cache-hook' },
      { name: 'channel_occupied', channel: 'cache-hook' },
      { name: 'subscription_count', channel: 'cache-hook', subscription_count: 1 },
    ]);
  });

  test('are retried after a failure', async () => {
    failing = 1;
    await world.subscribed('tried-again');
    await until(() => toldOf('tried-again').length > 0);
    expect(toldOf('tried-again')).toEqual([{ name: 'channel_occupied', channel: 'tried-again' }]);
  });
});
