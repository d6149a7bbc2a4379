import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { CentClient, CentException } from 'cent.js';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const SECRET = 'a secret that is shared with one application only';
const KEY = '0123456789abcdef-one';
const WRITER = 'fedcba9876543210-writer';
const REVOKED = 'fedcba9876543210-revoked';
const SLOW = 'fedcba9876543210-slow';

let server: BanyanProcess;
let cent: CentClient;
const clients: Centrifuge[] = [];

beforeAll(async () => {
  server = await startBanyan({
    ...{ BANYAN_TOKEN_SECRET: SECRET, BANYAN_API_KEYS: `another-key-of-some-length,${KEY}` },
    BANYAN_SCOPED_API_KEYS: JSON.stringify([
      { name: 'writer', key: WRITER, methods: ['publish', 'broadcast', 'info'], namespaces: ['demo'] },
      { key: REVOKED, revoked: true },
      { key: SLOW, perSecond: 5 },
    ]),
    BANYAN_NAMESPACES: JSON.stringify({ passing: { subscribe: 'everyone' } }),
    BANYAN_CLIENT_ANONYMOUS: 'true',
  });
  cent = new CentClient({ url: `${server.url}/api`, apiKey: KEY });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => server.stop());

async function connected(user: string, info?: unknown): Promise<Centrifuge> {
  const token = await new SignJWT(info === undefined ? {} : { info })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .sign(new TextEncoder().encode(SECRET));
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, token });
  clients.push(client);
  client.connect();
  await client.ready(5_000);
  return client;
}

/** The client's id, as assigned by the server. */
const clientOf = (client: Centrifuge) => (client as unknown as { _client: string })._client;

function next<T>(target: { once(name: string, listener: (event: T) => void): unknown }, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const given = setTimeout(() => reject(new Error(`no "${name}" came`)), 10_000);
    target.once(name, (event) => {
      clearTimeout(given);
      resolve(event);
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what is in an answer is what the tests are about.
type Answer = { readonly status: number; readonly body: any };

/** A plain HTTP call. */
async function call(method: string, params: unknown, key: string | null = KEY): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', ...(key !== null && { 'X-API-Key': key }) };
  const body = typeof params === 'string' ? params : JSON.stringify(params);
  const response = await fetch(`${server.url}/api${method === '' ? '' : `/${method}`}`, {
    method: 'POST',
    headers,
    body,
  });
  const text = await response.text();
  return { status: response.status, body: method === '' ? text : JSON.parse(text) };
}

describe('cent.js, unmodified', () => {
  test('publishes to subscribers, and reads history', async () => {
    const client = await connected('ann');
    const subscription = client.newSubscription('log:api');
    subscription.subscribe();
    await subscription.ready(5_000);
    const heard = next<{ data: unknown; offset?: number; tags?: unknown }>(subscription, 'publication');
    expect(await cent.publish({ channel: 'log:api', data: { n: 1 }, tags: { kind: 'test' } } as never)).toMatchObject({
      offset: 1,
    });
    expect(await heard).toMatchObject({ data: { n: 1 }, offset: 1, tags: { kind: 'test' } });
    expect(await cent.getHistory({ channel: 'log:api', limit: 10 } as never)).toMatchObject({
      ...{ offset: 1, publications: [{ data: { n: 1 }, offset: 1, tags: { kind: 'test' } }] },
    });
    await cent.removeHistory({ channel: 'log:api' } as never);
    expect(await cent.getHistory({ channel: 'log:api', limit: 10 } as never)).toMatchObject({
      offset: 1,
      publications: [],
    });
  });

  test('reads presence, channels and nodes', async () => {
    const client = await connected('ben', { name: 'Ben' });
    const subscription = client.newSubscription('demo:seen');
    subscription.subscribe();
    await subscription.ready(5_000);
    const { presence } = (await cent.getPresence({ channel: 'demo:seen' } as never)) as {
      presence: Record<string, unknown>;
    };
    expect(Object.values(presence)).toMatchObject([{ user: 'ben', conn_info: { name: 'Ben' } }]);
    expect(await cent.getPresenceStats({ channel: 'demo:seen' } as never)).toEqual({
      num_clients: 1,
      num_users: 1,
    } as never);
    expect(await cent.getChannels({ pattern: 'demo:s?en' } as never)).toEqual({
      channels: { 'demo:seen': { num_clients: 1 } },
    } as never);
    expect(await cent.getChannels({ pattern: 'demo.*' } as never)).toEqual({ channels: {} } as never);
    expect(await cent.getInfo()).toMatchObject({ nodes: [{ name: 'banyan', num_clients: 1, num_users: 1 }] });
  });

  test('subscribes, unsubscribes and disconnects users', async () => {
    const client = await connected('cam');
    const put = next<{ channel: string }>(client, 'subscribed');
    await cent.subscribe({ user: 'cam', channel: 'log:cams' } as never);
    expect((await put).channel).toBe('log:cams');
    const heard = next<{ data: unknown }>(client, 'publication');
    await cent.publish({ channel: 'log:cams', data: 'hello' } as never);
    expect((await heard).data).toBe('hello');
    const out = next<{ channel: string }>(client, 'unsubscribed');
    await cent.unsubscribe({ user: 'cam', channel: 'log:cams' } as never);
    expect((await out).channel).toBe('log:cams');
    const ended = next<{ code: number }>(client, 'disconnected');
    await cent.disconnect({ user: 'cam' } as never);
    expect((await ended).code).toBe(3_503);
  });

  test('addresses one connection, or all except some, with code and reason', async () => {
    const [one, two] = [await connected('kim'), await connected('kim')];
    const ids = [clientOf(one), clientOf(two)];
    const put = next<{ channel: string; data: unknown }>(one, 'subscribed');
    const given = { user: 'kim', channel: 'log:kim', client: ids[0], info: { seat: 7 }, data: { why: 'asked' } };
    await cent.subscribe(given as never);
    expect(await put).toMatchObject({ channel: 'log:kim', data: { why: 'asked' } });
    const ended = next<{ code: number; reason: string }>(one, 'disconnected');
    const disconnect = { code: 4_501, reason: 'moved away' };
    await cent.disconnect({ user: 'kim', whitelist: [ids[1]], disconnect } as never);
    expect(await ended).toMatchObject(disconnect);
    const back = next<{ code: number }>(two, 'connecting');
    await cent.disconnect({ user: 'kim', disconnect: { code: 4_001, reason: 'come again' } } as never);
    expect((await back).code).toBe(4_001);
  });

  test("RE1 subscribes a user with recovery from the backend's position and info", async () => {
    for (const n of [1, 2, 3]) await cent.publish({ channel: 'demo:since', data: n } as never);
    const client = await connected('lea');
    const heard: unknown[] = [];
    client.on('publication', ({ data }) => heard.push(data));
    const { offset, epoch } = (await cent.getHistory({ channel: 'demo:since' } as never)) as never;
    const since = { offset: offset - 2, epoch };
    await cent.subscribe({ user: 'lea', channel: 'demo:since', recover_since: since, info: { seat: 7 } } as never);
    await cent.publish({ channel: 'demo:since', data: 4 } as never);
    await until(() => heard.length === 3);
    expect(heard).toEqual([2, 3, 4]);
    const { presence } = (await cent.getPresence({ channel: 'demo:since' } as never)) as { presence: object };
    expect(Object.values(presence)).toMatchObject([{ user: 'lea', chan_info: { seat: 7 } }]);
  });

  test('publishes without storing in history', async () => {
    const client = await connected('mia');
    const subscription = client.newSubscription('log:fleeting');
    subscription.subscribe();
    await subscription.ready(5_000);
    const heard = next<{ data: unknown; offset?: number }>(subscription, 'publication');
    await cent.publish({ channel: 'log:fleeting', data: 'now', skip_history: true } as never);
    const { data, offset } = await heard;
    expect([data, offset]).toEqual(['now', undefined]);
    expect(await cent.getHistory({ channel: 'log:fleeting', limit: 10 } as never)).toMatchObject({ publications: [] });
  });

  test("sets or removes a connection's expiry", async () => {
    const client = await connected('nan');
    expect(
      (await call('refresh', { user: 'nan', expire_at: Math.floor(Date.now() / 1_000) + 600 })).body.result,
    ).toEqual({});
    expect((await call('refresh', { user: 'nan' })).body.result).toEqual({});
    const gone = next<{ code: number }>(client, 'connecting');
    await call('refresh', { user: 'nan', expired: true });
    expect((await gone).code).toBe(3_005);
  });

  test('BA1 calls the backend itself, if there is one', async () => {
    expect((await call('rpc', { method: 'add', params: [1, 2] })).body.error.code).toBe(104);
  });

  test("VE2 a publication with an old version is not delivered, and answered with the channel's top", async () => {
    for (const channel of ['demo:versions', 'log:versions']) {
      const publish = async (version: number, more: object = {}) =>
        (await call('publish', { channel, data: version, version, ...more })).body.result;
      const client = await connected(`reader of ${channel}`);
      const heard: unknown[] = [];
      const subscription = client.newSubscription(channel);
      subscription.on('publication', ({ data }) => heard.push(data));
      subscription.subscribe();
      await subscription.ready(5_000);
      const first = await publish(5);
      expect(first).toMatchObject({ offset: 1 });
      expect(await publish(5)).toEqual(first);
      expect(await publish(4)).toEqual(first);
      expect(await publish(1, { version_epoch: 'next' })).toMatchObject({ offset: 2 });
      expect(await publish(1, { version_epoch: 'next' })).toMatchObject({ offset: 2 });
      await call('publish', { channel, data: 'last' });
      await until(() => heard.includes('last'));
      expect(heard).toEqual([5, 1, 'last']);
    }
  });

  test('VE3 without history, and past it, every version is delivered', async () => {
    for (const more of [{}, {}, { skip_history: true }]) {
      const { body } = await call('publish', { channel: 'passing:versions', data: 1, version: 1, ...more });
      expect(body).toEqual({ result: {} });
    }
    await call('publish', { channel: 'log:passed', data: 1, version: 9 });
    const fleeting = await call('publish', { channel: 'log:passed', data: 2, version: 1, skip_history: true });
    expect(fleeting.body).toEqual({ result: {} });
  });

  test('SA4 an order without a user applies to all anonymous connections', async () => {
    const nobody = new Centrifuge(server.socketUrl, { websocket: WebSocket });
    const somebody = await connected('pat');
    clients.push(nobody);
    nobody.connect();
    await nobody.ready(5_000);
    const put = next<{ channel: string }>(nobody, 'subscribed');
    await call('subscribe', { channel: 'demo:nobody' });
    expect((await put).channel).toBe('demo:nobody');
    const out = next<{ channel: string }>(nobody, 'unsubscribed');
    // An empty text counts as absent.
    await call('unsubscribe', { user: '', channel: '', client: clientOf(nobody), session: '' });
    expect((await out).channel).toBe('demo:nobody');
    const gone = next<{ code: number }>(nobody, 'disconnected');
    await call('disconnect', { user: '', client: clientOf(nobody) });
    expect((await gone).code).toBe(3_503);
    expect(somebody.state).toBe('connected' as never);
  });

  test('SA4 without a channel a user is unsubscribed from all', async () => {
    const client = await connected('quin');
    const out: string[] = [];
    client.on('unsubscribed', ({ channel }) => out.push(channel));
    const subscription = client.newSubscription('demo:own');
    subscription.subscribe();
    await subscription.ready(5_000);
    subscription.on('unsubscribed', ({ channel }) => out.push(channel));
    for (const channel of ['demo:given', 'log:given']) {
      const put = next<{ channel: string }>(client, 'subscribed');
      await call('subscribe', { user: 'quin', channel });
      await put;
    }
    await call('unsubscribe', { user: 'quin' });
    await until(() => out.length === 3);
    expect(out.sort()).toEqual(['demo:given', 'demo:own', 'log:given']);
  });

  test('refuses what it does not support, rather than ignoring it', async () => {
    const refused = async (method: string, params: object) => (await call(method, params)).body.error;
    expect(await refused('subscribe', { user: 'u', channel: 'demo:x', b64info: 'bm8=' })).toMatchObject({
      message: expect.stringContaining('b64info'),
    });
    expect(await refused('disconnect', { user: 'u', disconnect: { code: 1_000 } })).toMatchObject({
      message: expect.stringContaining('disconnect.code'),
    });
  });

  test('rejects with its own exception', async () => {
    await expect(cent.publish({ channel: 'nowhere:x', data: 1 } as never)).rejects.toBeInstanceOf(CentException);
    await expect(cent.getPresence({ channel: 'log:x' } as never)).rejects.toBeInstanceOf(CentException);
    expect((await call('publish', { channel: 'nowhere:x', data: 1 })).body.error.code).toBe(102);
    expect((await call('presence', { channel: 'log:x' })).body.error.code).toBe(108);
  });
});

describe('the server API', () => {
  test('PE1 requires the right key', async () => {
    for (const key of [null, '', 'wrong', `${KEY}x`, KEY.slice(1)]) {
      expect((await call('publish', { channel: 'demo:x', data: 1 }, key)).status).toBe(401);
    }
    const authorization = { method: 'POST', headers: { Authorization: `apikey ${KEY}` }, body: '{}' };
    expect((await fetch(`${server.url}/api/info`, authorization)).status).toBe(200);
  });

  test('PE4 cannot change a feature’s channels', async () => {
    for (const [method, params] of [
      ['publish', { channel: 'room:x', data: 1 }],
      ['history', { channel: 'user:x' }],
      ['presence', { channel: 'people:' }],
      ['subscribe', { user: 'u', channel: 'room:x' }],
      ['history_remove', { channel: 'room:x' }],
    ] as const) {
      expect((await call(method, params)).body).toMatchObject({ error: { code: 103 } });
    }
  });

  test('ID1 publishes once for an idempotency key', async () => {
    const publish = () => call('publish', { channel: 'log:once', data: 'x', idempotency_key: 'k1' });
    const [first, second] = [await publish(), await publish()];
    expect([first.body.result.offset, second.body.result.offset]).toEqual([1, 1]);
    expect((await call('history', { channel: 'log:once', limit: -1 })).body.result.publications).toHaveLength(1);
  });

  test('answers each item of broadcast, batch and pipeline', async () => {
    const { body } = await call('broadcast', { channels: ['log:b1', 'nowhere:b', 'log:b2'], data: { n: 1 } });
    expect(body.result.responses).toMatchObject([
      { result: { offset: 1 } },
      { error: { code: 102 } },
      { result: { offset: 1 } },
    ]);
    const commands = [
      { publish: { channel: 'log:b1', data: 2 } },
      { history: { channel: 'log:b1', limit: 10 } },
      { nonsense: {} },
    ];
    const batch = await call('batch', { commands });
    expect(batch.body.replies).toMatchObject([
      { publish: { offset: 2 } },
      { history: { offset: 2, publications: [{ data: { n: 1 } }, { data: 2 }] } },
      { error: { code: 104 } },
    ]);
    const lines = await call(
      '',
      '{"method":"publish","params":{"channel":"log:b1","data":3}}\n{"method":"presence_stats","params":{"channel":"demo:x"}}',
    );
    expect(lines.body.split('\n').map((line: string) => JSON.parse(line))).toMatchObject([
      { result: { offset: 3 } },
      { result: { num_clients: 0 } },
    ]);
  });

  test('accepts bytes as base64, and reads history from a position', async () => {
    await call('publish', { channel: 'log:bytes', b64data: btoa('{"a":1}') });
    await call('publish', { channel: 'log:bytes', b64data: btoa('\xff') });
    const { body } = await call('history', { channel: 'log:bytes', limit: 10 });
    expect(body.result.publications.map(({ data }: { data: unknown }) => data)).toEqual([
      { a: 1 },
      { $binary: '/w==' },
    ]);
    const since = { offset: 1, epoch: body.result.epoch };
    expect((await call('history', { channel: 'log:bytes', limit: 10, since })).body.result.publications).toHaveLength(
      1,
    );
    expect(
      (await call('history', { channel: 'log:bytes', limit: 10, since: { offset: 1, epoch: 'x' } })).body.error.code,
    ).toBe(112);
    expect(
      (await call('history', { channel: 'log:bytes', limit: 1, reverse: true })).body.result.publications,
    ).toMatchObject([{ offset: 2 }]);
  });

  test('names the field and the rule of invalid input', async () => {
    expect((await call('publish', { data: 1 })).body.error).toEqual({ code: 107, message: 'channel: is missing' });
    expect((await call('publish', { channel: 'demo:x' })).body.error).toEqual({
      code: 107,
      message: 'data: must be given',
    });
    expect((await call('broadcast', { channels: [], data: 1 })).body.error.code).toBe(107);
    expect((await call('publish', '{')).status).toBe(400);
    expect((await call('batch', { commands: 5 })).status).toBe(400);
    expect((await call('publish', `{"channel":"demo:x","data":"${'x'.repeat(2_000_000)}"}`)).status).toBe(413);
    expect((await call('no_such', {})).status).toBe(404);
  });
});

describe('AK keys with a limited scope', () => {
  const code = async (method: string, params: unknown) => (await call(method, params, WRITER)).body.error?.code;

  test('AK1 allow their methods in their namespaces only, in batches too', async () => {
    expect(await code('publish', { channel: 'demo:scoped', data: 1 })).toBeUndefined();
    expect(await code('broadcast', { channels: ['demo:a', 'demo:b'], data: 1 })).toBeUndefined();
    expect(await code('publish', { channel: 'log:a', data: 1 })).toBe(103);
    expect(await code('broadcast', { channels: ['demo:a', 'log:a'], data: 1 })).toBe(103);
    expect(await code('history', { channel: 'demo:a' })).toBe(103);
    // Without a channel it covers all of them.
    expect(await code('info', {})).toBe(103);
    const { body } = await call('batch', { commands: [{ publish: { channel: 'log:a', data: 1 } }] }, WRITER);
    expect(body.replies[0].error.code).toBe(103);
  });

  test('AK4 allow a limited number of calls per second', async () => {
    const commands = Array.from({ length: 20 }, () => ({ publish: { channel: 'demo:a', data: 1 } }));
    const { body } = await call('batch', { commands }, SLOW);
    const codes = body.replies.map(({ error }: { error?: { code: number } }) => error?.code);
    expect(codes.filter((each: unknown) => each === undefined).length).toBeWithin(10, 16);
    expect(codes.filter((each: unknown) => each !== undefined)).toContain(111);
    expect((await call('publish', { channel: 'demo:a', data: 1 })).body.error).toBeUndefined();
  });

  test('AK2 allow nothing once revoked', async () => {
    expect((await call('publish', { channel: 'demo:a', data: 1 }, REVOKED)).status).toBe(401);
  });
});
