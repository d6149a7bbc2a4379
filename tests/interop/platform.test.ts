import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { CentClient } from 'cent.js';
import { Centrifuge, type Subscription } from 'centrifuge';
import type PusherClient from 'pusher-js';
import type { Options } from 'pusher-js';
import WebSocket from 'ws';
import type { Input, OperationName, Output } from '../../client/contract.ts';
import type { BanyanError } from '../../client/errors.ts';
import { clientOf, register } from '../servers/people.ts';
import { APP, next, PusherWorld, subscribe } from './pusher-world.ts';
import { until } from './until.ts';

const STATED_KEY = '0123456789abcdef-configured';

type App = { readonly id: string; readonly key: string; readonly secret: string };

let world: PusherWorld;
let owner: ReturnType<typeof clientOf>;
let admin: ReturnType<typeof clientOf>;
const clients: PusherClient[] = [];

beforeAll(async () => {
  world = await PusherWorld.start([APP], {
    BANYAN_SCOPED_API_KEYS: JSON.stringify([{ name: 'writer', key: STATED_KEY, methods: ['publish'] }]),
    BANYAN_CLIENT_ANONYMOUS: 'true',
    BANYAN_NAMESPACES: JSON.stringify({ shop: { history: 'memory', historySize: 10, subscribe: 'everyone' } }),
  });
  const { server } = world;
  owner = clientOf(server, await register(server, 'owner', server.ownerInvite as string));
  const { code } = await owner.call('accounts.createInvite', { role: 'admin' });
  admin = clientOf(server, await register(server, 'admin', code));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
  world.hangUp();
});
afterAll(() => world.server.stop());

/** The name of the error a call fails with. */
async function refusal<Name extends OperationName>(name: Name, input: Input<Name>, by = owner): Promise<string> {
  return by.call(name, input).then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (error: BanyanError) => error.name,
  );
}

/** The status of a server API call, or its error code. */
async function codeOf(key: string, method: string, params: unknown): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'X-API-Key': key };
  const response = await fetch(`${world.server.url}/api/${method}`, {
    ...{ method: 'POST', headers, body: JSON.stringify(params) },
  });
  const { error } = (await response.json()) as { error?: { code: number } };
  return error?.code ?? response.status;
}

async function created(input: Partial<Input<'apps.create'>> = {}): Promise<App & Output<'apps.create'>> {
  const made = await owner.call('apps.create', { name: 'Shop', ...input });
  return { ...made, id: made.app.id, key: made.app.key };
}

/** A client of the app, whose backend authorizes it with the secret. */
/** `ready`: resolves when its backend is. */
function clientFor(app: App, ready: () => Promise<unknown> = async () => undefined): PusherClient {
  const options: Partial<Options> = {
    channelAuthorization: {
      ...{ transport: 'ajax', endpoint: '' },
      customHandler: async ({ socketId, channelName }, callback) => {
        await ready();
        callback(null, world.backendOf(app).authorizeChannel(socketId, channelName) as never);
      },
    },
  };
  const client = world.client('nobody', options, app.key);
  clients.push(client);
  return client;
}

/** The status with which a publish of an app's backend is refused. */
async function statusOf(app: App, data: unknown): Promise<number> {
  const refused = await world
    .backendOf(app)
    .trigger('news', 'x', data)
    .catch((error) => error);
  return refused.status;
}

/** The code with which the server closes or refuses the connection. */
function closingOf(client: PusherClient): Promise<number> {
  return next(client.connection, 'error').then(({ data, error }) => (data ?? error.data).code);
}

const publishes = (key: string, channel = 'demo:x') => codeOf(key, 'publish', { channel, data: 1 });

describe('AK3 keys created by the owner', () => {
  test('open the server API to cent.js at once, and nothing once revoked', async () => {
    const { key, secret } = await owner.call('apiKeys.create', { name: 'Backend' });
    expect(key).toMatchObject({ name: 'Backend', source: 'stored', methods: null, namespaces: null, revoked: false });
    expect(secret.startsWith(key.hint)).toBe(true);
    const cent = new CentClient({ url: `${world.server.url}/api`, apiKey: secret });
    await cent.publish({ channel: 'demo:x', data: { n: 1 } } as never);
    expect((await owner.call('apiKeys.revoke', { id: key.id })).revoked).toBe(true);
    await expect(cent.publish({ channel: 'demo:x', data: { n: 2 } } as never)).rejects.toThrow();
    expect(await codeOf(secret, 'info', {})).toBe(101);
    expect(await refusal('apiKeys.update', { id: key.id, name: 'Again' })).toBe('gone');
  });

  test('can be limited in scope, and changed', async () => {
    const { key, secret } = await owner.call('apiKeys.create', {
      name: 'Part',
      methods: ['publish'],
      namespaces: ['demo'],
    });
    expect([await publishes(secret), await publishes(secret, 'log:x'), await codeOf(secret, 'info', {})]).toEqual([
      200, 103, 103,
    ]);
    const changed = await owner.call('apiKeys.update', { id: key.id, namespaces: ['log'] });
    expect(changed).toMatchObject({ name: 'Part', methods: ['publish'], namespaces: ['log'] });
    expect([await publishes(secret), await publishes(secret, 'log:x')]).toEqual([103, 200]);
    await owner.call('apiKeys.update', { id: key.id, methods: null, namespaces: null });
    expect([await publishes(secret), await codeOf(secret, 'info', {})]).toEqual([200, 200]);
  });

  test('end within a running batch', async () => {
    const { key, secret } = await owner.call('apiKeys.create', { name: 'Batch' });
    const commands = Array.from({ length: 1_000 }, (_, n) => ({ publish: { channel: 'log:batch', data: n } }));
    const batch = fetch(`${world.server.url}/api/batch`, {
      ...{ method: 'POST', headers: { 'X-API-Key': secret }, body: JSON.stringify({ commands }) },
    });
    await owner.call('apiKeys.revoke', { id: key.id });
    const { replies } = (await (await batch).json()) as { replies?: { error?: { code: number } }[] };
    // The batch may not have started: then it is refused as a whole.
    if (replies !== undefined) expect(replies.at(-1)?.error?.code).toBe(101);
  });

  test('survive a restart, while those of the settings are read-only', async () => {
    const { key, secret } = await owner.call('apiKeys.create', { name: 'Stays', methods: ['publish'] });
    const gone = await owner.call('apiKeys.create', { name: 'Goes' });
    await owner.call('apiKeys.revoke', { id: gone.key.id });
    await world.server.restart();
    expect([await publishes(secret), await codeOf(secret, 'info', {}), await publishes(gone.secret)]).toEqual([
      200, 103, 101,
    ]);
    const { keys, choices } = await owner.call('apiKeys.list', {});
    expect(keys[0]).toEqual({
      ...{ id: 'settings-1', name: 'writer', source: 'settings', hint: '', methods: ['publish'], namespaces: null },
      ...{ revoked: false, createdAt: null, createdBy: null },
    });
    expect(keys.find(({ id }) => id === key.id)).toMatchObject({ name: 'Stays', methods: ['publish'] });
    expect(JSON.stringify(keys)).not.toContain(secret);
    expect(choices.methods).toContain('history_remove');
    expect(choices.namespaces).toEqual(expect.arrayContaining(['demo', 'log', 'pusher', 'shop']));
    expect(await refusal('apiKeys.revoke', { id: 'settings-1' })).toBe('permissionDenied');
    expect(await publishes(STATED_KEY)).toBe(200);
  });

  test('accept only existing methods and namespaces', async () => {
    expect(await refusal('apiKeys.create', { name: 'x', methods: ['fly'] })).toBe('invalidInput');
    expect(await refusal('apiKeys.create', { name: 'x', namespaces: ['room'] })).toBe('invalidInput');
    expect(await refusal('apiKeys.revoke', { id: 'none' })).toBe('notFound');
  });
});

describe('PU10 apps created by the owner', () => {
  test('accept clients and backend requests at once, and after a restart', async () => {
    const app = await created();
    expect(app.app).toMatchObject({ name: 'Shop', source: 'stored', enabled: true, shadowed: false, webhooks: [] });
    for (let round = 0; round < 2; round += 1) {
      const channel = await subscribe(clientFor(app), 'private-orders');
      const heard = next(channel, 'made');
      await world.backendOf(app).trigger('private-orders', 'made', { round });
      expect(await heard).toEqual({ round });
      const { apps } = await owner.call('apps.list', {});
      expect(apps.find(({ id }) => id === app.id)).toMatchObject({ connections: 1 });
      for (const client of clients.splice(0)) client.disconnect();
      if (round === 0) await world.server.restart();
    }
  });

  test('keep the id, key and secret they had on another server', async () => {
    const mine = { id: '77001', key: 'a1b2c3d4e5f6', secret: 'the-secret-of-before' };
    const app = await created({ ...mine, namespace: 'moved' });
    expect([app.id, app.key, app.secret, app.app.namespace]).toEqual([mine.id, mine.key, mine.secret, 'moved']);
    await subscribe(clientFor(mine), 'news');
    expect(await refusal('apps.create', { name: 'x', id: mine.id })).toBe('conflict');
    expect(await refusal('apps.create', { name: 'x', key: mine.key })).toBe('conflict');
    expect(await refusal('apps.create', { name: 'x', id: APP.id })).toBe('conflict');
    expect(await refusal('apps.create', { name: 'x', key: APP.key })).toBe('conflict');
    expect(await refusal('apps.create', { name: 'x', namespace: 'room' })).toBe('invalidInput');
  });

  test('receive nothing of each other', async () => {
    const [one, other] = [await created(), await created()];
    const channel = await subscribe(clientFor(other), 'news');
    const heard: unknown[] = [];
    channel.bind('x', (data: unknown) => heard.push(data));
    await world.backendOf(one).trigger('news', 'x', 'not for you');
    const told = next(channel, 'y');
    await world.backendOf(other).trigger('news', 'y', 'for you');
    await told;
    expect(heard).toEqual([]);
    expect(
      (
        await world
          .backendOf({ ...other, secret: one.secret })
          .trigger('news', 'y', 1)
          .catch((e) => e)
      ).status,
    ).toBe(401);
  });

  test('lose their connections when disabled, and accept them again when enabled', async () => {
    const app = await created();
    const client = clientFor(app);
    await subscribe(client, 'news');
    const closing = closingOf(client);
    expect(await owner.call('apps.update', { id: app.id, enabled: false })).toMatchObject({
      enabled: false,
      name: 'Shop',
    });
    expect(await closing).toBe(4_003);
    expect(await closingOf(clientFor(app))).toBe(4_003);
    expect(await statusOf(app, 1)).toBe(403);
    await owner.call('apps.update', { id: app.id, enabled: true });
    await subscribe(clientFor(app), 'news');
  });

  test('can be tightened, which applies to live connections too', async () => {
    const app = await created();
    const client = clientFor(app);
    const channel = await subscribe(client, 'private-talk');
    await owner.call('apps.update', { id: app.id, clientEvents: false, maxEventBytes: 10 });
    channel.trigger('client-x', 1);
    await next(client.connection, 'error');
    expect(await statusOf(app, 'more than ten')).toBe(413);
  });

  test('with a new secret: the old one stops working, and clients reconnect with the new one', async () => {
    const app = await created();
    const kept: { -readonly [K in keyof App]: App[K] } = { id: app.id, key: app.key, secret: app.secret };
    // Clients reconnect before the owner's own backend knows the new secret.
    let rotated: Promise<unknown> = Promise.resolve();
    const channel = await subscribe(
      clientFor(kept, () => rotated),
      'private-orders',
    );
    rotated = owner.call('apps.rotateSecret', { id: app.id }).then(({ secret }) => {
      kept.secret = secret;
    });
    await next(channel, 'pusher:subscription_succeeded');
    expect(await statusOf(app, 1)).toBe(401);
    const heard = next(channel, 'x');
    await world.backendOf(kept).trigger('private-orders', 'x', 'new');
    expect(await heard).toBe('new');
  });

  test('are deleted with their connections', async () => {
    const app = await created();
    const client = clientFor(app);
    await subscribe(client, 'private-orders');
    const closing = closingOf(client);
    await owner.call('apps.delete', { id: app.id });
    expect(await closing).toBe(4_001);
    expect(await closingOf(clientFor(app))).toBe(4_001);
    expect(await statusOf(app, 1)).toBe(404);
    expect(await refusal('apps.update', { id: app.id, enabled: true })).toBe('notFound');
    const { apps } = await owner.call('apps.list', {});
    expect(apps.some(({ id }) => id === app.id)).toBe(false);
  });

  test('in a configured namespace: its private channels need a signature until the app is deleted', async () => {
    const { url } = world.server;
    const poll = (channel: string) => fetch(`${url}/poll?channel=${channel}&timeout=0`).then(({ status }) => status);
    expect(await poll('shop:private-a')).toBe(200);
    const centrifuge = new Centrifuge(world.server.socketUrl, { websocket: WebSocket });
    const [live, plain] = ['shop:private-b', 'shop:b'].map((name) =>
      centrifuge.newSubscription(name),
    ) as Subscription[];
    for (const each of [live, plain]) each?.subscribe();
    centrifuge.connect();
    await Promise.all([live?.ready(5_000), plain?.ready(5_000)]);
    const ended = new Promise((resolve) => live?.once('unsubscribed', ({ code }) => resolve(code)));
    const app = await created({ namespace: 'shop' });
    expect(await ended).toBe(103);
    await plain?.ready(5_000);
    centrifuge.disconnect();
    await subscribe(clientFor(app), 'private-a');
    expect([await poll('shop:private-a'), await poll('shop:a')]).toEqual([403, 200]);
    await owner.call('apps.delete', { id: app.id });
    expect(await poll('shop:private-a')).toBe(200);
  });

  test('of the settings are read-only', async () => {
    const { apps, choices } = await owner.call('apps.list', {});
    expect(apps[0]).toMatchObject({
      id: APP.id,
      key: APP.key,
      source: 'settings',
      namespace: 'pusher',
      createdAt: null,
    });
    expect(JSON.stringify(apps)).not.toContain(APP.secret);
    expect(choices.namespaces).toEqual(expect.arrayContaining(['pusher', 'shop']));
    expect(await refusal('apps.delete', { id: APP.id })).toBe('permissionDenied');
    expect(await refusal('apps.rotateSecret', { id: APP.id })).toBe('permissionDenied');
    await subscribe(world.client(), 'news');
  });
});

describe('PU9 webhooks of these apps', () => {
  test('are signed as the pusher package expects', async () => {
    const app = await created();
    const told: unknown[] = [];
    let status = 200;
    const receiver = Bun.serve({
      ...{ port: 0, hostname: '127.0.0.1' },
      fetch: async (request) => {
        const rawBody = await request.text();
        const headers = Object.fromEntries(request.headers);
        const webhook = world.backendOf(app).webhook({ headers, rawBody } as never);
        told.push(webhook.isValid() ? webhook.getEvents() : 'invalid');
        return new Response('', { status });
      },
    });
    await owner.call('apps.update', { id: app.id, webhooks: [{ url: `http://127.0.0.1:${receiver.port}/` }] });
    await subscribe(clientFor(app), 'news');
    await until(() => told.length > 0);
    expect(told).toEqual([[{ name: 'channel_occupied', channel: 'news' }]]);
    // Pending webhooks of a created app are also delivered after a restart.
    status = 503;
    const client = clientFor(app);
    await subscribe(client, 'later');
    await until(() => told.length > 1);
    for (const each of clients.splice(0)) each.disconnect();
    await world.server.restart();
    status = 200;
    await until(() => told.length > 2);
    expect(told.slice(1, 3)).toEqual([told[1], told[1]]);
    expect((await owner.call('deadLetters.list', {})).total).toBe(0);
    await receiver.stop(true);
  });
});

test('PE2 only the owner has access', async () => {
  expect(await refusal('apiKeys.list', {}, admin)).toBe('permissionDenied');
  expect(await refusal('apps.create', { name: 'x' }, admin)).toBe('permissionDenied');
  expect(await refusal('deadLetters.discardAll', {}, admin)).toBe('permissionDenied');
  const response = await fetch(`${world.server.url}/api/v1/apiKeys.create`, {
    ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"x"}' },
  });
  expect(response.status).toBe(401);
});
