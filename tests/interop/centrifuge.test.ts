import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge, type Options, type Subscription } from 'centrifuge';
import { Centrifuge as BinaryCentrifuge } from 'centrifuge/build/protobuf';
import { type JWTPayload, SignJWT } from 'jose';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

/** Nobody may subscribe without a token. */
const SHUT = { presence: true, readPresence: 'users', history: 'memory', historySize: 10, publish: 'users' };
const RICH = { history: 'memory', historySize: 100, delta: true, tagFilter: true, compact: true };
const API_KEY = 'a key for tests only';
const SECRET = 'a secret that is shared with one application only';

let open: BanyanProcess;
let signed: BanyanProcess;
const clients: Centrifuge[] = [];

beforeAll(async () => {
  [open, signed] = await Promise.all([
    startBanyan({
      ...{ BANYAN_CLIENT_INSECURE: 'true', BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' },
      ...{ BANYAN_NAMESPACES: JSON.stringify({ rich: RICH }), BANYAN_API_KEYS: API_KEY },
    }),
    startBanyan({ BANYAN_TOKEN_SECRET: SECRET, BANYAN_NAMESPACES: JSON.stringify({ shut: SHUT }) }),
  ]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => Promise.all([open.stop(), signed.stop()]));

/** Every socket a client opened, so that a test can cut it. */
type Cuttable = Centrifuge & { readonly sockets: WebSocket[] };

function clientOf({ socketUrl }: BanyanProcess, options: Partial<Options> = {}): Cuttable {
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const client = new Centrifuge(socketUrl, { websocket: Socket, minReconnectDelay: 50, ...options });
  clients.push(client);
  return Object.assign(client, { sockets });
}

async function connected(server: BanyanProcess, options: Partial<Options> = {}): Promise<Cuttable> {
  const client = clientOf(server, options);
  client.connect();
  await client.ready(5_000);
  return client;
}

async function subscribed(client: Centrifuge, channel: string, options = {}): Promise<Subscription> {
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

/** Collects publications in arrival order. */
function heardBy(subscription: Subscription): unknown[] {
  const heard: unknown[] = [];
  subscription.on('publication', ({ data }) => heard.push(data));
  return heard;
}

const token = (user: string, seconds: number, claims: JWTPayload = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime(`${seconds}s`)
    .sign(secret);
const secret = new TextEncoder().encode(SECRET);

describe('the official client, unmodified', () => {
  test("OR2 subscribes and publishes, and receives its own and others' publications in the same order", async () => {
    const [ann, ben] = await Promise.all([connected(open), connected(open)]);
    const heard = await Promise.all([ann, ben].map(async (client) => heardBy(await subscribed(client, 'demo:order'))));
    await Promise.all([1, 2, 3, 4].map((n) => (n % 2 === 0 ? ann : ben).publish('demo:order', { n })));
    await until(() => heard.every((each) => each.length === 4));
    expect(heard[0]).toEqual(heard[1] as unknown[]);
  });

  test('ID4 publishes twice when it sends the same publication twice: the protocol has no message key', async () => {
    const client = await connected(open);
    for (const _ of ['once', 'again']) await client.publish('log:twice', { id: 7 });
    const { publications } = await client.history('log:twice', { limit: 10 });
    expect(publications.map(({ data }) => data)).toEqual([{ id: 7 }, { id: 7 }]);
  });

  test('reads history forwards, backwards and from a position, page by page', async () => {
    const client = await connected(open);
    for (const n of [1, 2, 3, 4, 5]) await client.publish('log:history', n);
    const { publications, offset, epoch } = await client.history('log:history', { limit: 10 });
    expect(publications.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5]);
    expect(publications.map((each) => each.offset)).toEqual([1, 2, 3, 4, 5]);
    expect(offset).toBe(5);
    const page = await client.history('log:history', { limit: 2, since: { offset: 2, epoch } });
    expect(page.publications.map(({ data }) => data)).toEqual([3, 4]);
    const newest = await client.history('log:history', { limit: 2, reverse: true });
    expect(newest.publications.map(({ data }) => data)).toEqual([5, 4]);
    expect((await client.history('log:history', { limit: 0 })).publications).toEqual([]);
  });

  test('PR1 PR2 sees presence, joins and leaves', async () => {
    const ann = await connected(open);
    const subscription = await subscribed(ann, 'demo:there', { joinLeave: true });
    // A client receives its own join too.
    const [own, joined] = comings(subscription);
    await own;
    const ben = await connected(open);
    await subscribed(ben, 'demo:there');
    const { client } = await joined;
    const { clients: present } = await subscription.presence();
    expect(Object.keys(present)).toHaveLength(2);
    expect(Object.keys(present)).toContain(client);
    expect(await subscription.presenceStats()).toMatchObject({ numClients: 2 });
    const left = next<{ info: { client: string } }>(subscription, 'leave');
    ben.disconnect();
    expect((await left).info.client).toBe(client);
    expect(await ann.presenceStats('demo:there')).toMatchObject({ numClients: 1 });
  });

  test('PE1 gets the errors of the table', async () => {
    const client = await connected(open);
    await expect(client.publish('nowhere:x', 1)).rejects.toMatchObject({ code: 102 });
    await expect(client.publish('room:x', 1)).rejects.toMatchObject({ code: 103 });
    await expect(client.presence('log:x')).rejects.toMatchObject({ code: 108 });
    await expect(client.rpc('accounts.sing', {})).rejects.toMatchObject({ code: 104 });
    await expect(client.rpc('no.such', {})).rejects.toMatchObject({ code: 108 });
    const refused = client.newSubscription('nowhere:x');
    refused.subscribe();
    expect(await next<{ code: number }>(refused, 'unsubscribed')).toMatchObject({ code: 102 });
  });

  test('calls an operation as RPC', async () => {
    const client = await connected(open);
    const { data } = await client.rpc('accounts.status', {});
    expect(data).toMatchObject({ hasOwner: false });
  });

  test('stays connected while it answers pings', async () => {
    const client = await connected(open);
    let ended = false;
    client.on('connecting', () => {
      ended = true;
    });
    const pings = countPings(client);
    await until(() => pings() >= 2);
    await client.publish('demo:ping', 1);
    expect(ended).toBe(false);
  });

  test.each(['demo:back', 'log:back'])(
    'RE1 reconnects to %s after a cut, and receives what it missed once',
    async (channel) => {
      const [ann, ben] = await Promise.all([connected(open), connected(open, { minReconnectDelay: 300 })]);
      const subscription = await subscribed(ben, channel, { recoverable: true, positioned: true });
      const heard = heardBy(subscription);
      await ann.publish(channel, 'before');
      await until(() => heard.length === 1);
      const back = next<{ recovered: boolean; wasRecovering: boolean }>(subscription, 'subscribed');
      ben.sockets[0]?.terminate();
      for (const word of ['while', 'it', 'was', 'away']) await ann.publish(channel, word);
      expect(await back).toMatchObject({ wasRecovering: true, recovered: true });
      await ann.publish(channel, 'after');
      await until(() => heard.length === 6);
      expect(heard).toEqual(['before', 'while', 'it', 'was', 'away', 'after']);
    },
  );

  test('RE2 is told when the missed publications are gone', async () => {
    const [ann, ben] = await Promise.all([connected(open), connected(open, { minReconnectDelay: 500 })]);
    const subscription = await subscribed(ben, 'demo:gone', { recoverable: true, positioned: true });
    await ann.publish('demo:gone', 0);
    const back = next<{ recovered: boolean; wasRecovering: boolean }>(subscription, 'subscribed');
    ben.sockets[0]?.terminate();
    // More than a demo channel keeps.
    await Promise.all(Array.from({ length: 150 }, (_, n) => ann.publish('demo:gone', n)));
    expect(await back).toMatchObject({ wasRecovering: true, recovered: false });
  });

  test('unsubscribes, and receives nothing more from the channel', async () => {
    const [ann, ben] = await Promise.all([connected(open), connected(open)]);
    const subscription = await subscribed(ben, 'demo:left');
    const heard = heardBy(subscription);
    await ann.publish('demo:left', 1);
    await until(() => heard.length === 1);
    subscription.unsubscribe();
    await until(() => subscription.state === 'unsubscribed');
    // Its reply is sent after the unsubscribe command, on the same connection.
    await ben.rpc('accounts.status', {});
    await ann.publish('demo:left', 2);
    await ben.rpc('accounts.status', {});
    expect(heard).toEqual([1]);
  });
});

describe('signing in with a token', () => {
  test('is required where nothing else authenticates', async () => {
    const client = clientOf(signed);
    client.connect();
    expect(await next<{ code: number }>(client, 'disconnected')).toMatchObject({ code: 101 });
  });

  test('names the user, in presence too', async () => {
    const client = await connected(signed, { token: await token('user-7', 60) });
    const subscription = await subscribed(client, 'demo:users');
    expect(Object.values((await subscription.presence()).clients)).toMatchObject([{ user: 'user-7' }]);
  });

  test('is refreshed before it expires, without a reconnect', async () => {
    let asked = 0;
    const getToken = () => {
      asked += 1;
      return token('user-8', asked === 1 ? 2 : 60);
    };
    const client = await connected(signed, { getToken });
    let breaks = 0;
    client.on('connecting', () => {
      breaks += 1;
    });
    await until(() => asked === 2);
    await Bun.sleep(2_000);
    expect([client.state as string, breaks]).toEqual(['connected', 0]);
    await client.publish('demo:refreshed', 1);
  });

  // https://github.com/centrifugal/centrifuge/pull/628
  test('TK5 that has expired when it is sent in a refresh is fetched again, and the client stays', async () => {
    let asked = 0;
    const getToken = () => {
      asked += 1;
      return token('user-9', [2, -60][asked - 1] ?? 60);
    };
    const client = await connected(signed, { getToken });
    const again = next<{ code: number }>(client, 'connecting');
    expect(await again).toMatchObject({ code: 3_005 });
    await client.ready(5_000);
    expect([asked, client.state as string]).toEqual([3, 'connected']);
  });

  test('subscribes the client to channels, and shows its info to others', async () => {
    const client = clientOf(signed, {
      token: await token('user-4', 60, { channels: ['shut:given'], info: { name: 'Di' } }),
    });
    const given = next<{ channel: string }>(client, 'subscribed');
    const heard = next<{ channel: string; data: unknown }>(client, 'publication');
    client.connect();
    expect((await given).channel).toBe('shut:given');
    await client.publish('shut:given', 'hello');
    expect(await heard).toMatchObject({ channel: 'shut:given', data: 'hello' });
    const present = Object.values((await client.presence('shut:given')).clients);
    expect(present).toMatchObject([{ user: 'user-4', connInfo: { name: 'Di' } }]);
  });

  test('PE4 PE1 grants nothing in a feature’s channels', async () => {
    const client = await connected(signed, {
      token: await token('user-5', 60, { channels: ['people:', 'user:user-5'] }),
    });
    await Bun.sleep(50);
    await expect(client.history('room:x', { limit: 1 })).rejects.toMatchObject({ code: 103 });
    // Presence is hidden.
    await expect(client.presence('people:')).rejects.toMatchObject({ code: 108 });
    const refused = client.newSubscription('room:x', { token: await token('user-5', 60, { channel: 'room:x' }) });
    refused.subscribe();
    expect(await next<{ code: number }>(refused, 'unsubscribed')).toMatchObject({ code: 103 });
    const { data } = await client.rpc('accounts.status', {});
    expect(data).toBeDefined();
  });

  test('that is invalid is refused permanently', async () => {
    const other = new TextEncoder().encode('another secret, of another application');
    const forged = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('user-9').sign(other);
    const client = clientOf(signed, { token: forged });
    client.connect();
    expect(await next<{ code: number }>(client, 'disconnected')).toMatchObject({ code: 3_500 });
  });
});

describe('a subscription token', () => {
  test('opens a protected channel, and is renewed before it expires', async () => {
    const client = await connected(signed, { token: await token('user-1', 60) });
    let asked = 0;
    const getToken = () => {
      asked += 1;
      return token('user-1', asked === 1 ? 2 : 60, { channel: 'shut:a', info: { seat: 7 } });
    };
    const subscription = await subscribed(client, 'shut:a', { getToken });
    const others = client.newSubscription('shut:b');
    others.subscribe();
    expect(await next<{ code: number }>(others, 'unsubscribed')).toMatchObject({ code: 103 });
    expect(Object.values((await subscription.presence()).clients)).toMatchObject([{ chanInfo: { seat: 7 } }]);
    await until(() => asked === 2);
    await Bun.sleep(1_500);
    expect(subscription.state as string).toBe('subscribed');
  });

  // https://github.com/centrifugal/centrifuge/pull/627
  test('TK5 that has expired when it is sent in a refresh is fetched again, and the subscription stays', async () => {
    const client = await connected(signed, { token: await token('user-1', 60) });
    let asked = 0;
    const getToken = () => {
      asked += 1;
      return token('user-1', [2, -60][asked - 1] ?? 60, { channel: 'shut:again' });
    };
    const subscription = await subscribed(client, 'shut:again', { getToken, minResubscribeDelay: 20 });
    const again = next<{ code: number }>(client, 'connecting');
    expect(await again).toMatchObject({ code: 3_006 });
    await subscription.ready(5_000);
    expect([asked, subscription.state as string]).toEqual([3, 'subscribed']);
  });

  test.each([
    ['for another channel', { channel: 'shut:other' }, 'user-2'],
    ['of another user', { channel: 'shut:c' }, 'user-3'],
  ])('PE1 %s ends the connection', async (_what, claims, user) => {
    const client = await connected(signed, { token: await token('user-2', 60) });
    client.newSubscription('shut:c', { token: await token(user, 60, claims) }).subscribe();
    expect(await next<{ code: number }>(client, 'disconnected')).toMatchObject({ code: 3_500 });
  });

  test('PE1 that is forged is refused; one that has expired is requested again', async () => {
    const client = await connected(signed, { token: await token('user-2', 60) });
    const forged = client.newSubscription('shut:d', { token: `${await token('user-2', 60, { channel: 'shut:d' })}x` });
    forged.subscribe();
    expect(await next<{ code: number }>(forged, 'unsubscribed')).toMatchObject({ code: 103 });
    const late = await token('user-2', -5, { channel: 'shut:e' });
    const renewed = await subscribed(client, 'shut:e', {
      ...{ token: late, getToken: () => token('user-2', 60, { channel: 'shut:e' }), minResubscribeDelay: 20 },
    });
    expect(renewed.state as string).toBe('subscribed');
  });
});

/** The first and the second client to subscribe. */
function comings(subscription: Subscription): [Promise<{ client: string }>, Promise<{ client: string }>] {
  const [first, second] = [Promise.withResolvers<{ client: string }>(), Promise.withResolvers<{ client: string }>()];
  const waiting = [first, second];
  subscription.on('join', ({ info }) => waiting.shift()?.resolve(info));
  return [first.promise, second.promise];
}

/** How many pings (`{}`) the client's first socket receives from now on. */
function countPings({ sockets }: Cuttable): () => number {
  let pings = 0;
  sockets[0]?.on('message', (frame) => {
    if (String(frame).trim() === '{}') pings += 1;
  });
  return () => pings;
}

/** Signs as a developer's backend does. */
async function publishTagged(channel: string, data: unknown, tags: Record<string, string> = {}): Promise<void> {
  const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ channel, data, tags });
  await fetch(`${open.url}/api/publish`, { method: 'POST', headers, body });
}

describe('the official client, with features of newer protocol versions', () => {
  const long = '会议室'.repeat(100);
  const clientsOf = (): [string, Centrifuge][] => {
    const binary = new BinaryCentrifuge(open.socketUrl, { websocket: WebSocket });
    return [
      ['json', clientOf(open)],
      ['protobuf', binary as unknown as Centrifuge],
    ];
  };

  test('DE1 DE2 CO1 receives publications as deltas, live and after a cut, in JSON and Protobuf', async () => {
    for (const [format, client] of clientsOf()) {
      const channel = `rich:delta-${format}`;
      client.connect();
      const subscription = await subscribed(client, channel, { delta: 'fossil' });
      const heard: unknown[] = [];
      subscription.on('publication', ({ data }) =>
        heard.push(data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data),
      );
      for (const n of [1, 2, 3]) await publishTagged(channel, { n, long });
      await until(() => heard.length === 3);
      client.disconnect();
      for (const n of [4, 5]) await publishTagged(channel, { n, long });
      client.connect();
      await until(() => heard.length === 5);
      await publishTagged(channel, { n: 6, long });
      await until(() => heard.length === 6);
      expect(heard).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ n, long })));
      expect(subscription.deltaStats()).toMatchObject({ numPublications: 6, numFullPayloads: 2, numDeltaPayloads: 4 });
      client.disconnect();
    }
  });

  test('TF1 TF2 receives what matches its filter, live and after a cut', async () => {
    for (const [format, client] of clientsOf()) {
      const channel = `rich:filter-${format}`;
      client.connect();
      const tagsFilter = { op: 'not', nodes: [{ key: 'color', cmp: 'in', vals: ['red', 'blue'] }] };
      const subscription = await subscribed(client, channel, { tagsFilter });
      const offsets: (number | undefined)[] = [];
      subscription.on('publication', ({ offset }) => offsets.push(offset));
      for (const color of ['red', 'green', 'blue']) await publishTagged(channel, color, { color });
      await until(() => offsets.length === 1);
      client.disconnect();
      for (const color of ['red', 'green', 'blue']) await publishTagged(channel, color, { color });
      client.connect();
      await until(() => offsets.length === 2);
      expect(offsets).toEqual([2, 5]);
      client.disconnect();
    }
  });
});
