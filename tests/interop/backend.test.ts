import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge, type Subscription } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const API_KEY = '0123456789abcdef-one';
const SECRET = 'a secret of the backend and the server';
const NAMESPACES = {
  asked: { subscribe: 'backend', publish: 'backend', presence: true, readPresence: 'everyone' },
  open: { subscribe: 'everyone' },
  kept: { subscribe: 'backend', history: 'memory', historySize: 10 },
  seen: { subscribe: 'everyone', presence: true, joinLeave: true, readPresence: 'everyone' },
};

/** The last request to the backend, by event. */
const questions = new Map<string, Record<string, unknown>>();
/** The headers of that request. */
const asked = new Map<string, Headers>();
/** The responses, by event; events without an entry fail. */
const answers = new Map<string, unknown>();
const clients: Centrifuge[] = [];
let backend: Bun.Server<undefined>;
let server: BanyanProcess;

beforeAll(async () => {
  backend = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const event = new URL(request.url).pathname.slice(1);
      asked.set(event, request.headers);
      questions.set(event, (await request.json()) as Record<string, unknown>);
      return answers.has(event) ? Response.json(answers.get(event)) : new Response('', { status: 500 });
    },
  });
  const events = ['connect', 'refresh', 'subscribe', 'publish', 'rpc'];
  const urls = Object.fromEntries(events.map((event) => [event, `http://localhost:${backend.port}/${event}`]));
  server = await startBanyan({
    BANYAN_BACKEND_URLS: JSON.stringify(urls),
    BANYAN_BACKEND_SECRET: SECRET,
    BANYAN_API_KEYS: API_KEY,
    BANYAN_BACKEND_HEADERS: 'cookie,user-agent,x-forwarded-user',
    BANYAN_BACKEND_CLAIMED_HEADERS: 'authorization,user-agent',
    BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
    BANYAN_LOG_LEVEL: 'error',
  });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(async () => {
  await server.stop();
  await backend.stop(true);
});

function clientOf(data: unknown = null): Centrifuge {
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, data, minReconnectDelay: 50 });
  clients.push(client);
  return client;
}

async function connected(user: string, more: Record<string, unknown> = {}): Promise<Centrifuge> {
  answers.set('connect', { result: { user, ...more } });
  const client = clientOf({ secret: user });
  client.connect();
  await client.ready(5_000);
  return client;
}

function next<T>(target: { once(name: string, listener: (event: T) => void): unknown }, name: string): Promise<T> {
  return new Promise((resolve) => target.once(name, resolve));
}

async function subscribed(client: Centrifuge, channel: string, options = {}): Promise<Subscription> {
  const subscription = client.newSubscription(channel, options);
  subscription.subscribe();
  await subscription.ready(5_000);
  return subscription;
}

describe("BA a developer's own backend", () => {
  test('BA1 names the user of a client without a token, and its channels', async () => {
    answers.set('connect', { result: { user: 'ann', channels: ['open:news'], info: { name: 'Ann' } } });
    const client = clientOf({ big: 1 });
    const joined = next<{ channel: string }>(client, 'subscribed');
    client.connect();
    expect((await joined).channel).toBe('open:news');
    expect(questions.get('connect')).toMatchObject({
      user: '',
      user_kind: 'anonymous',
      ...{ transport: 'websocket', protocol: 'json', encoding: 'json' },
      data: { big: 1 },
    });
  });

  test('BA8 SO3 subscribes a client to channels by `subs`, each with info, data and override', async () => {
    const [shown, hidden] = ['seen:shown', 'seen:hidden'];
    const watcher = await connected('eve');
    const joined: unknown[] = [];
    for (const channel of [shown, hidden]) {
      const subscription = await subscribed(watcher, channel, { joinLeave: true });
      subscription.on('join', ({ info }) => info.user === 'ann' && joined.push([channel, info.chanInfo]));
    }
    const unseen = { presence: { value: false }, join_leave: { value: false } };
    answers.set('connect', {
      result: {
        user: 'ann',
        subs: { [hidden]: { override: unseen }, [shown]: { info: { seat: 7 }, data: { hi: 1 } } },
      },
    });
    const ann = clientOf();
    const told = new Map<string, unknown>();
    ann.on('subscribed', ({ channel, data }) => told.set(channel, data));
    ann.connect();
    await ann.ready(5_000);
    await until(() => told.size === 2 && joined.length > 0);
    expect([told.get(shown), told.get(hidden)]).toEqual([{ hi: 1 }, undefined]);
    expect(joined).toEqual([[shown, { seat: 7 }]]);
    const presentIn = async (channel: string) =>
      Object.values((await watcher.presence(channel)).clients).map(({ user }) => user);
    expect([await presentIn(shown), await presentIn(hidden)]).toEqual([
      expect.arrayContaining(['ann', 'eve']),
      ['eve'],
    ]);
  });

  test('BA8 SO3 `override` in a response to subscribe applies to that subscription only', async () => {
    const ann = await connected('ann');
    const subscribedAs = async (channel: string, override: object) => {
      answers.set('subscribe', { result: { override } });
      const subscription = ann.newSubscription(channel);
      const told = next<object>(subscription, 'subscribed');
      subscription.subscribe();
      return told;
    };
    const neither = { force_recovery: { value: false }, force_positioning: { value: false } };
    expect(await subscribedAs('kept:neither', neither)).toMatchObject({ recoverable: false, positioned: false });
    expect(await subscribedAs('kept:both', {})).toMatchObject({ recoverable: true, positioned: true });
  });

  test('SA1 SO3 `override` of a server API subscribe applies to that subscription', async () => {
    const ann = await connected('ann');
    const subscribeByApi = async (channel: string, override: object) => {
      const told = next<object>(ann, 'subscribed');
      const response = await fetch(`${server.url}/api/subscribe`, {
        method: 'POST',
        headers: { 'X-API-Key': API_KEY },
        body: JSON.stringify({ user: 'ann', channel, override }),
      });
      expect(await response.json()).toEqual({ result: {} });
      return told;
    };
    await subscribeByApi('seen:hidden', { presence: { value: false } });
    await subscribeByApi('seen:shown', {});
    const presentIn = async (channel: string) => Object.keys((await ann.presence(channel)).clients).length;
    expect([await presentIn('seen:hidden'), await presentIn('seen:shown')]).toEqual([0, 1]);
    const off = { force_recovery: { value: false }, force_positioning: { value: false } };
    expect(await subscribeByApi('kept:plain', off)).toMatchObject({ recoverable: false, positioned: false });
    expect(await subscribeByApi('kept:forced', {})).toMatchObject({ recoverable: true, positioned: true });
  });

  test('BA1 decides on subscriptions and publications where the namespace enables it', async () => {
    const ann = await connected('ann');
    answers.set('subscribe', { result: { info: { seat: 7 } } });
    const subscription = await subscribed(ann, 'asked:room', { data: { why: 'because' } });
    expect(questions.get('subscribe')).toMatchObject({ user: 'ann', channel: 'asked:room', data: { why: 'because' } });
    const { clients: present } = await subscription.presence();
    expect(Object.values(present).map(({ user, chanInfo }) => [user, chanInfo])).toEqual([['ann', { seat: 7 }]]);
    const heard = next<{ data: unknown }>(subscription, 'publication');
    answers.set('publish', { result: { data: { clean: true } } });
    await subscription.publish({ rude: true });
    expect((await heard).data).toEqual({ clean: true });
    expect(questions.get('publish')).toMatchObject({ channel: 'asked:room', data: { rude: true } });
    answers.set('publish', { error: { code: 1_001, message: 'too rude', temporary: false } });
    await expect(subscription.publish({})).rejects.toMatchObject({ code: 1_001, message: 'too rude' });
    answers.delete('publish');
    await expect(subscription.publish({})).rejects.toMatchObject({ code: 100 });
  });

  test('BA1 answers RPC calls that no feature handles', async () => {
    const ann = await connected('ann');
    answers.set('rpc', { result: { data: { sum: 3 } } });
    expect((await ann.rpc('add', [1, 2])).data).toEqual({ sum: 3 });
    expect(questions.get('rpc')).toMatchObject({ user: 'ann', method: 'add', data: [1, 2] });
    await expect(ann.rpc('chat.unknown', {})).rejects.toMatchObject({ code: 104 });
  });

  test.each([
    ['JSON', Centrifuge],
    // The cases differ only in private fields.
    ['Protobuf', ProtobufCentrifuge as unknown as typeof Centrifuge],
  ])("BA7 receives the client's data or claims according to the settings: %s", async (_format, Client) => {
    class WithHeaders extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols, { headers: { Cookie: 'session=7; banyan=ours', 'User-Agent': 'sent', 'X-Other': 'x' } });
      }
    }
    answers.set('connect', { result: { user: 'ann' } });
    const claims = { Authorization: 'Bearer theirs', 'User-Agent': 'claimed', 'X-Forwarded-User': 'root' };
    const client = new Client(server.socketUrl, { websocket: WithHeaders, headers: claims });
    clients.push(client);
    client.connect();
    await client.ready(5_000);
    const told = ['cookie', 'user-agent', 'authorization', 'x-other', 'x-forwarded-user'];
    expect(told.map((name) => asked.get('connect')?.get(name) ?? null)).toEqual([
      ...['session=7', 'sent', 'Bearer theirs', null, null],
    ]);
    await subscribed(client, 'asked:told').catch(() => undefined);
    expect(asked.get('subscribe')?.get('cookie')).toBe('session=7');
  });

  test('BA1 handles its own calls through the server API', async () => {
    answers.set('rpc', { result: { data: { sum: 3 } } });
    const asked = await fetch(`${server.url}/api/rpc`, {
      method: 'POST',
      headers: { 'X-API-Key': API_KEY },
      body: JSON.stringify({ method: 'add', params: [1, 2] }),
    });
    expect(await asked.json()).toEqual({ result: { data: { sum: 3 } } });
    expect(questions.get('rpc')).toMatchObject({
      user: '',
      protocol: 'json',
      transport: 'server_api',
      method: 'add',
      data: [1, 2],
    });
  });

  test('BA1 a client it refuses cannot connect, nor any unauthenticated client while it fails', async () => {
    answers.set('connect', { disconnect: { code: 4_501, reason: 'no' } });
    const refused = clientOf();
    const gone = next<{ code: number; reason: string }>(refused, 'disconnected');
    refused.connect();
    expect(await gone).toMatchObject({ code: 4_501, reason: 'no' });
    answers.set('connect', {});
    const ungranted = clientOf();
    const shut = next<{ code: number }>(ungranted, 'disconnected');
    ungranted.connect();
    expect((await shut).code).toBe(103);
    answers.delete('connect');
    const waiting = clientOf();
    const failed = next<{ error: { code: number } }>(waiting, 'error');
    waiting.connect();
    expect((await failed).error.code).toBe(100);
    expect(waiting.state).toBe('connecting' as never);
  });
});
