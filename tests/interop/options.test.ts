import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge, type Options, type Subscription, type SubscriptionOptions } from 'centrifuge';
import { Centrifuge as BinaryCentrifuge } from 'centrifuge/build/protobuf';
import { type JWTPayload, SignJWT } from 'jose';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const API_KEY = 'a key for tests only';
const SECRET = 'a secret that is shared with one application only';
const OPEN = { subscribe: 'users', publish: 'users', readHistory: 'users', readPresence: 'users' };
const KEPT = { ...OPEN, history: 'memory', historySize: 100 };
const NAMESPACES = {
  forced: { ...OPEN, presence: true, joinLeave: true, forceJoinLeave: true },
  asked: { ...OPEN, presence: true, joinLeave: true },
  kept: KEPT,
  unforced: { ...KEPT, forceRecovery: false, forcePositioning: false },
  positioned: { ...KEPT, forceRecovery: false },
  newest: { ...KEPT, recovery: 'cache', autoRecover: true },
  of: { ...KEPT, userChannels: true },
  shut: { presence: true, joinLeave: true, readPresence: 'users', history: 'memory', historySize: 10 },
  within: {
    ...KEPT,
    publish: 'subscribers',
    readHistory: 'subscribedUsers',
    presence: true,
    readPresence: 'subscribers',
  },
  objects: { ...OPEN, dataFormat: 'jsonObject' },
  texts: { ...OPEN, dataFormat: 'json' },
};

let server: BanyanProcess;
let single: BanyanProcess;
const clients: Centrifuge[] = [];

beforeAll(async () => {
  const settings = { BANYAN_TOKEN_SECRET: SECRET, BANYAN_API_KEYS: API_KEY };
  const personal = { BANYAN_PERSONAL_CHANNELS: 'true', BANYAN_PERSONAL_NAMESPACE: 'of' };
  const namespaces = { BANYAN_NAMESPACES: JSON.stringify(NAMESPACES) };
  [server, single] = await Promise.all([
    startBanyan({ ...settings, ...namespaces, ...personal }),
    startBanyan({ ...settings, ...namespaces, BANYAN_SINGLE_CONNECTION: 'true' }),
  ]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => Promise.all([server.stop(), single.stop()]));

const secret = new TextEncoder().encode(SECRET);
const token = (user: string, claims: JWTPayload = {}, seconds = 60) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime(`${seconds}s`)
    .sign(secret);

type Cuttable = Centrifuge & { readonly sockets: WebSocket[] };
type Made = { readonly to?: BanyanProcess; readonly as?: typeof Centrifuge; readonly options?: Partial<Options> };

/** Clients of a user; `sockets` are those they opened, so that a test can cut them. */
async function clientOf(user: string, claims: JWTPayload = {}, made: Made = {}): Promise<Cuttable> {
  const { to = server, as: Client = Centrifuge, options = {} } = made;
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const given = { websocket: Socket, minReconnectDelay: 100, token: await token(user, claims), ...options };
  const client = new Client(to.socketUrl, given);
  clients.push(client);
  return Object.assign(client, { sockets });
}

async function connected(user: string, claims: JWTPayload = {}, made: Made = {}): Promise<Cuttable> {
  const client = await clientOf(user, claims, made);
  client.connect();
  await client.ready(5_000);
  return client;
}

async function subscribed(
  client: Centrifuge,
  channel: string,
  options: Partial<SubscriptionOptions> = {},
): Promise<Subscription> {
  const subscription = client.newSubscription(channel, options);
  subscription.subscribe();
  await subscription.ready(5_000);
  return subscription;
}

/** The next event of a kind; the error names the event if it does not arrive. */
function next<T>(target: { once(name: string, listener: (event: T) => void): unknown }, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const given = setTimeout(() => reject(new Error(`no "${name}" came`)), 10_000);
    target.once(name, (event) => {
      clearTimeout(given);
      resolve(event);
    });
  });
}

/** The code a subscription is refused with. */
async function refusal(client: Centrifuge, channel: string, options = {}): Promise<number> {
  const subscription = client.newSubscription(channel, options);
  const refused = next<{ code: number }>(subscription, 'unsubscribed');
  subscription.subscribe();
  return (await refused).code;
}

function api(method: string, params: unknown): Promise<unknown> {
  return fetch(`${server.url}/api/${method}`, {
    method: 'POST',
    headers: { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' },
    body: JSON.stringify(params),
  }).then((response) => response.json());
}

const CLIENTS: readonly [string, typeof Centrifuge][] = [
  ['JSON', Centrifuge],
  ['Protobuf', BinaryCentrifuge as unknown as typeof Centrifuge],
];

describe('joins and leaves', () => {
  test.each([...CLIENTS])('SO1 reach a subscriber that did not request them, in %s', async (name, as) => {
    const channel = `forced:${name}`;
    const ann = await connected('ann', {}, { as });
    const subscription = await subscribed(ann, channel);
    const joined = new Promise<string>((resolve) => {
      subscription.on('join', ({ info }) => info.user === 'ben' && resolve(info.user));
    });
    const left = next<{ info: { user: string } }>(subscription, 'leave');
    const ben = await connected('ben');
    await subscribed(ben, channel);
    expect(await joined).toBe('ben');
    ben.disconnect();
    expect((await left).info.user).toBe('ben');
  });

  test('SO1 reach nobody else that did not request them', async () => {
    const ann = await connected('ann');
    const [silent, told] = [
      await subscribed(ann, 'asked:x'),
      await subscribed(await connected('eve'), 'asked:x', { joinLeave: true }),
    ];
    let heard = 0;
    silent.on('join', () => {
      heard += 1;
    });
    const joined = new Promise<void>((resolve) => {
      told.on('join', ({ info }) => info.user === 'ben' && resolve());
    });
    await subscribed(await connected('ben'), 'asked:x');
    await joined;
    // Its reply arrives after everything sent on the same connection before.
    await ann.presence('asked:x');
    expect(heard).toBe(0);
  });
});

describe('recovery and position', () => {
  type Back = { recovered: boolean; wasRecovering: boolean };

  test.each([...CLIENTS])('SO2 are given to a client that did not request them, in %s', async (name, as) => {
    const channel = `kept:back-${name}`;
    const [ann, ben] = await Promise.all([connected('ann'), connected('ben', {}, { as })]);
    const subscription = ben.newSubscription(channel);
    const first = next<{ recoverable: boolean; positioned: boolean; streamPosition?: unknown }>(
      subscription,
      'subscribed',
    );
    subscription.subscribe();
    expect(await first).toMatchObject({ recoverable: true, positioned: true, streamPosition: { offset: 0 } });
    const heard = next<{ offset?: number }>(subscription, 'publication');
    const back = next<Back>(subscription, 'subscribed');
    ben.sockets[0]?.terminate();
    await ann.publish(channel, { missed: 1 });
    expect(await back).toMatchObject({ wasRecovering: true, recovered: true });
    expect((await heard).offset).toBe(1);
  });

  test.each([...CLIENTS])(
    'SO2 are absent if neither the client requests them nor an option forces them, in %s',
    async (name, as) => {
      const [ann, ben] = await Promise.all([connected('ann'), connected('ben', {}, { as })]);
      const channel = `unforced:${name}`;
      const subscription = ben.newSubscription(channel);
      const first = next<object>(subscription, 'subscribed');
      subscription.subscribe();
      expect(await first).toMatchObject({ recoverable: false, positioned: false });
      expect(await first).not.toHaveProperty('streamPosition');
      let heard = 0;
      subscription.on('publication', () => {
        heard += 1;
      });
      const back = next<Back>(subscription, 'subscribed');
      ben.sockets[0]?.terminate();
      await ann.publish(channel, { missed: 1 });
      expect(await back).toMatchObject({ wasRecovering: false, recovered: false });
      await ann.publish(channel, { missed: 0 });
      await until(() => heard > 0);
      expect(heard).toBe(1);
    },
  );

  test.each([...CLIENTS])(
    'SO2 are present if a client requests them, or only the position is forced, in %s',
    async (name, as) => {
      const ben = await connected('ben', {}, { as });
      const asking = ben.newSubscription(`unforced:asked-${name}`, { recoverable: true });
      const first = next<object>(asking, 'subscribed');
      asking.subscribe();
      expect(await first).toMatchObject({ recoverable: true, positioned: true });
      const placed = ben.newSubscription(`positioned:${name}`);
      const second = next<object>(placed, 'subscribed');
      placed.subscribe();
      expect(await second).toMatchObject({ recoverable: false, positioned: true, streamPosition: { offset: 0 } });
    },
  );

  test('SO4 every subscription starts with the newest publication', async () => {
    const ann = await connected('ann');
    for (const n of [1, 2, 3]) await ann.publish('newest:x', n);
    const ben = await connected('ben');
    const subscription = ben.newSubscription('newest:x');
    const heard = next<{ data: unknown }>(subscription, 'publication');
    subscription.subscribe();
    expect((await heard).data).toBe(3);
    const eve = await clientOf('eve', { channels: ['newest:x'] });
    const given = next<{ channel: string; data: unknown }>(eve, 'publication');
    eve.connect();
    expect(await given).toMatchObject({ channel: 'newest:x', data: 3 });
  });
});

describe('channels of users', () => {
  test('SO5 a channel that names users is open only to them', async () => {
    const [ann, eve] = await Promise.all([connected('ann'), connected('eve')]);
    await subscribed(ann, 'of:talk#ann,ben');
    expect(await refusal(eve, 'of:talk#ann,ben')).toBe(103);
    await expect(eve.publish('of:talk#ann,ben', 1)).rejects.toMatchObject({ code: 103 });
    await expect(eve.history('of:talk#ann,ben', { limit: 1 })).rejects.toMatchObject({ code: 103 });
    const heard = next<{ data: unknown }>(ann.getSubscription('of:talk#ann,ben') as Subscription, 'publication');
    await (await connected('ben')).publish('of:talk#ann,ben', 'hello');
    expect((await heard).data).toBe('hello');
    await subscribed(eve, 'of:others');
    // A backend's token opens it to any user, as in other channels.
    await subscribed(eve, 'of:talk#ann', { token: await token('eve', { channel: 'of:talk#ann' }) });
  });

  test.each([...CLIENTS])('SO6 each user is subscribed to their own channel, in %s', async (name, as) => {
    const user = `user-${name}`;
    const ann = await clientOf(user, {}, { as });
    const [given, heard] = [
      next<{ channel: string }>(ann, 'subscribed'),
      next<{ channel: string }>(ann, 'publication'),
    ];
    ann.connect();
    expect((await given).channel).toBe(`of:#${user}`);
    await api('publish', { channel: `of:#${user}`, data: { for: user } });
    expect((await heard).channel).toBe(`of:#${user}`);
    expect(await refusal(await connected('eve'), `of:#${user}`)).toBe(103);
  });

  test('SO6 missed publications are recovered there', async () => {
    const ann = await connected('away', {}, { options: { minReconnectDelay: 300 } });
    const back = next<{ recovered: boolean }>(ann, 'subscribed');
    const heard = next<{ data: unknown }>(ann, 'publication');
    ann.sockets[0]?.terminate();
    await api('publish', { channel: 'of:#away', data: 'missed' });
    expect(await back).toMatchObject({ recovered: true });
    expect((await heard).data).toBe('missed');
  });

  test("SO7 a new connection permanently closes the user's previous one, and no other user’s", async () => {
    const [first, other] = await Promise.all([
      connected('ann', {}, { to: single }),
      connected('ben', {}, { to: single }),
    ]);
    const ended = next<{ code: number; reason: string }>(first, 'disconnected');
    const second = await connected('ann', {}, { to: single });
    // disconnect.go of the centrifuge library: DisconnectConnectionLimit.
    expect(await ended).toMatchObject({ code: 3_504, reason: 'connection limit' });
    await second.rpc('accounts.status', {});
    await other.rpc('accounts.status', {});
    expect([second.state as string, other.state as string]).toEqual(['connected', 'connected']);
  });
});

describe('subscriptions in tokens', () => {
  test.each([...CLIENTS])('SO8 SO3 `subs` sets info, data and override of each, in %s', async (name, as) => {
    const [shown, hidden] = [`shut:shown-${name}`, `shut:hidden-${name}`];
    const hears = { override: { force_push_join_leave: { value: true } } };
    const watcher = await connected('eve', { subs: { [shown]: hears, [hidden]: hears } });
    const joins: string[] = [];
    watcher.on('join', ({ channel, info }) => info.user === 'ann' && joins.push(channel));
    const ann = await clientOf(
      'ann',
      {
        subs: {
          [hidden]: { override: { presence: { value: false }, join_leave: { value: false } } },
          [shown]: { info: { seat: 7 }, data: { welcome: 1 } },
        },
      },
      { as },
    );
    const told = new Map<string, unknown>();
    ann.on('subscribed', ({ channel, data }) => told.set(channel, data));
    ann.connect();
    await ann.ready(5_000);
    await until(() => told.size >= 3);
    const data = told.get(shown);
    expect(data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data).toEqual({ welcome: 1 });
    const presentIn = async (channel: string) => Object.values((await watcher.presence(channel)).clients);
    const inShown = (await presentIn(shown)).filter(({ user }) => user === 'ann');
    expect(inShown).toMatchObject([{ chanInfo: { seat: 7 } }]);
    expect((await presentIn(hidden)).filter(({ user }) => user === 'ann')).toEqual([]);
    await until(() => joins.length > 0);
    expect(joins).toEqual([shown]);
  });

  test("SO3 override turns options on and off regardless of the client's request", async () => {
    const ann = await connected('ann');
    const override = { force_recovery: { value: true } };
    const forced = ann.newSubscription('unforced:token', {
      token: await token('ann', { channel: 'unforced:token', override }),
    });
    const first = next<object>(forced, 'subscribed');
    forced.subscribe();
    expect(await first).toMatchObject({ recoverable: true });
    const off = { force_recovery: { value: false }, force_positioning: { value: false } };
    const plain = ann.newSubscription('kept:token', {
      token: await token('ann', { channel: 'kept:token', override: off, data: { hello: 1 } }),
    });
    const second = next<object>(plain, 'subscribed');
    plain.subscribe();
    expect(await second).toMatchObject({ recoverable: false, positioned: false, data: { hello: 1 } });
  });

  // Centrifugo accepts the client, and subscribes it to a channel with an empty name; here that name is invalid (PE1).
  test('PE1 SO8 a token with an empty channel is refused', async () => {
    const ann = await clientOf('ann', { channels: [''] });
    const ended = next<{ code: number }>(ann, 'disconnected');
    ann.connect();
    expect((await ended).code).toBe(107);
  });

  test('SO8 a subscription token for one client is not valid for another', async () => {
    const [ann, again] = await Promise.all([connected('ann'), connected('ann')]);
    const connection = await next<{ client: string }>(await reconnecting(ann), 'connected');
    const claims = { channel: 'shut:mine', client: connection.client };
    await subscribed(ann, 'shut:mine', { token: await token('ann', claims) });
    const ended = next<{ code: number }>(again, 'disconnected');
    again.newSubscription('shut:mine', { token: await token('ann', claims) }).subscribe();
    expect((await ended).code).toBe(3_500);
  });

  test('SO8 a refresh with other channels makes the client reconnect and be subscribed to them', async () => {
    let asked = 0;
    const getToken = () => {
      asked += 1;
      return token('ann', { channels: [asked === 1 ? 'shut:old' : 'shut:new'] }, asked === 1 ? 2 : 60);
    };
    const ann = await clientOf('ann', {}, { options: { token: '', getToken } });
    const channels: string[] = [];
    ann.on('subscribed', ({ channel }) => channels.push(channel));
    ann.connect();
    await until(() => channels.includes('shut:new'));
    expect(channels.filter((channel) => channel.startsWith('shut:'))).toEqual(['shut:old', 'shut:new']);
  });
});

/** Makes the client connect anew. */
async function reconnecting(client: Cuttable): Promise<Centrifuge> {
  client.sockets.at(-1)?.terminate();
  return client;
}

describe('permissions', () => {
  test('SO10 subscribers can publish and read where others cannot', async () => {
    const [ann, eve] = await Promise.all([connected('ann'), connected('eve')]);
    const subscription = await subscribed(ann, 'within:x');
    await subscription.publish('hello');
    expect((await subscription.history({ limit: 1 })).publications).toHaveLength(1);
    expect(Object.keys((await subscription.presence()).clients)).toHaveLength(1);
    await expect(eve.publish('within:x', 1)).rejects.toMatchObject({ code: 103 });
    await expect(eve.history('within:x', { limit: 1 })).rejects.toMatchObject({ code: 103 });
    await expect(eve.presence('within:x')).rejects.toMatchObject({ code: 103 });
    subscription.unsubscribe();
    await expect(ann.publish('within:x', 1)).rejects.toMatchObject({ code: 103 });
  });

  test('SO9 a channel that starts with $ requires a token', async () => {
    const ann = await connected('ann');
    expect(await refusal(ann, '$kept:x')).toBe(103);
    await subscribed(ann, '$kept:y', { token: await token('ann', { channel: '$kept:y' }) });
  });

  test('SO11 data that the namespace does not accept is refused', async () => {
    const ann = await connected('ann');
    await ann.publish('objects:x', { ok: true });
    for (const data of [1, 'text', [1], null]) {
      await expect(ann.publish('objects:x', data)).rejects.toMatchObject({ code: 107 });
    }
    await ann.publish('texts:x', [1]);
    const binary = await connected('ben', {}, { as: BinaryCentrifuge as unknown as typeof Centrifuge });
    await expect(binary.publish('texts:x', new Uint8Array([255]))).rejects.toMatchObject({ code: 107 });
    expect(await api('publish', { channel: 'objects:x', data: 1 })).toMatchObject({ error: { code: 107 } });
  });
});
