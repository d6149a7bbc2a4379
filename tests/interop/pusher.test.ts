import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import { type JWTPayload, SignJWT } from 'jose';
import Echo from 'laravel-echo';
import type PusherClient from 'pusher-js';
import type { Channel } from 'pusher-js';
import WebSocket from 'ws';
import { APP, heardBy, next, PusherWorld, subscribe } from './pusher-world.ts';
import { until } from './until.ts';

const TOKEN_SECRET = 'a secret that is shared with one application only';
const OTHER = { id: '4', key: 'other-key', secret: 'another secret of some length', namespace: 'other' };
const CLOSED = {
  id: '5',
  key: 'closed-key',
  secret: 'another secret of some length',
  namespace: 'shut',
  enabled: false,
};
const SMALL = {
  ...{ id: '6', key: 'small-key', secret: 'another secret of some length', namespace: 'small' },
  maxConnections: 1,
};

/** Permissions of other protocols' clients in the app's public channels. */
const NAMESPACES = {
  pusher: { subscribe: 'everyone', publish: 'everyone', readHistory: 'everyone', history: 'durable' },
};

let world: PusherWorld;
const centrifuges: Centrifuge[] = [];

beforeAll(async () => {
  world = await PusherWorld.start([{ ...APP, subscriptionCounts: true, maxPresenceMembers: 3 }, OTHER, CLOSED, SMALL], {
    BANYAN_CLIENT_ANONYMOUS: 'true',
    BANYAN_TOKEN_SECRET: TOKEN_SECRET,
    BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
  });
});
afterEach(() => {
  world.hangUp();
  for (const client of centrifuges.splice(0)) client.disconnect();
});
afterAll(() => world.server.stop());

/** What the server sends to a socket that sends these messages, until it closes or `last` has arrived. */
async function talk(
  path: string,
  messages: readonly unknown[],
  last = '',
  { server } = world,
): Promise<{ said: string[]; code?: number }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`);
  const said: string[] = [];
  return new Promise((resolve) => {
    socket.on('open', () => {
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    });
    socket.on('message', (message) => {
      said.push(String(message));
      if (last === '' || !String(message).includes(last)) return;
      socket.terminate();
      resolve({ said });
    });
    socket.on('close', (code) => resolve({ said, code }));
  });
}

describe('PU1 a connection', () => {
  test('gets its socket id and pings; the client may ping, too', async () => {
    const { said } = await talk(`/app/${APP.key}?protocol=7`, [{ event: 'pusher:ping', data: {} }], 'pusher:pong');
    const [established, pong] = said.map((each) => JSON.parse(each));
    expect(established.event).toBe('pusher:connection_established');
    expect(JSON.parse(established.data)).toEqual({
      socket_id: expect.stringMatching(/^\d+\.\d+$/),
      activity_timeout: 120,
    });
    expect(pong.event).toBe('pusher:pong');
  });

  test.each([
    ['/app/no-such-key?protocol=7', 4001],
    [`/app/${CLOSED.key}?protocol=7`, 4003],
    ['/app/?protocol=7', 4005],
    [`/app/${APP.key}?protocol=x`, 4006],
    [`/app/${APP.key}?protocol=3`, 4007],
    [`/app/${APP.key}`, 4008],
  ])('is refused at %s with %d', async (path, code) => {
    const { said, ...closed } = await talk(path, []);
    expect(closed.code).toBe(code);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ event: 'pusher:error', data: { code } });
  });

  test("is refused with 4004 above its app's limit", async () => {
    const first = world.client('ann', {}, SMALL.key);
    await next(first.connection, 'connected');
    expect((await talk(`/app/${SMALL.key}?protocol=7`, [])).code).toBe(4004);
  });

  test('SE9 is pinged by control frames: neither pusher-js nor a silent client gets `pusher:ping`', async () => {
    const quick = await PusherWorld.start([APP], { BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' });
    const states: unknown[] = [];
    const client = await quick.connected();
    client.connection.bind('state_change', ({ current }: { current: string }) => states.push(current));
    const socket = new WebSocket(`${quick.server.url.replace('http', 'ws')}/app/${APP.key}?protocol=7`);
    const said: string[] = [];
    let [pings, isClosed] = [0, false];
    socket.on('message', (message) => said.push(String(message)));
    socket.on('ping', () => {
      pings += 1;
    });
    socket.on('close', () => {
      isClosed = true;
    });
    await until(() => pings >= 3 || isClosed);
    expect([isClosed, said.map((each) => JSON.parse(each).event), states]).toEqual([
      false,
      ['pusher:connection_established'],
      [],
    ]);
    socket.terminate();
    quick.hangUp();
    await quick.server.stop();
  }, 20_000);

  test('SE6 that sends invalid input is closed with a code that prevents reconnects', async () => {
    for (const message of [
      '{',
      '[]',
      '{"event":5}',
      '{"event":"pusher:subscribe"}',
      '{"event":"pusher:subscribe","data":"x"}',
    ]) {
      expect((await talk(`/app/${APP.key}?protocol=7`, [message])).code).toBe(4300);
    }
  });
});

describe('PU2 channels', () => {
  test("deliver the backend's events to all clients except the excluded one", async () => {
    const [one, two] = await Promise.all([world.subscribed('news'), world.subscribed('news')]);
    const [heard, heardToo] = [heardBy(one.channel), heardBy(two.channel)];
    await world.backend.trigger('news', 'headline', { n: 1 });
    await world.backend.trigger('news', 'headline', { n: 2 }, { socket_id: one.client.connection.socket_id });
    await world.backend.trigger(['news', 'elsewhere'], 'plain', 'text');
    await until(() => heardToo.length === 3);
    expect(heardToo).toEqual([
      ['headline', { n: 1 }],
      ['headline', { n: 2 }],
      ['plain', 'text'],
    ]);
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      ['headline', { n: 1 }],
      ['plain', 'text'],
    ]);
  });

  test('OR2 deliver a burst to all in one order, without the events each is excluded from', async () => {
    const [one, two] = await Promise.all([world.subscribed('burst'), world.subscribed('burst')]);
    const [heard, heardToo] = [heardBy(one.channel), heardBy(two.channel)];
    const { socket_id } = one.client.connection;
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    for (let first = 0; first < 200; first += 10) {
      const batch = numbers
        .slice(first, first + 10)
        .map((n) => ({ channel: 'burst', name: 'n', data: { n }, ...(n % 2 === 1 && { socket_id }) }));
      await world.backend.triggerBatch(batch as never);
    }
    await until(() => heardToo.length >= 200 && heard.length >= 100);
    expect(heardToo).toEqual(numbers.map((n) => ['n', { n }]));
    expect(heard).toEqual(numbers.filter((n) => n % 2 === 0).map((n) => ['n', { n }]));
  });

  test('are subscribed again after a restart, without application code', async () => {
    const { client, channel } = await world.subscribed('private-again');
    const back = next(channel, 'pusher:subscription_succeeded');
    const socketId = client.connection.socket_id;
    await world.server.restart();
    await back;
    expect(client.connection.socket_id).not.toBe(socketId);
    const heard = next(channel, 'x');
    await world.backend.trigger('private-again', 'x', 1);
    expect(await heard).toBe(1);
  }, 20_000);

  test('can be left', async () => {
    const { client, channel } = await world.subscribed('left');
    const heard = heardBy(channel);
    client.unsubscribe('left');
    await subscribe(client, 'stayed');
    const staying = next(client.channel('stayed'), 'x');
    await world.backend.trigger('left', 'x', {});
    await world.backend.trigger('stayed', 'x', {});
    await staying;
    expect(heard).toEqual([]);
  });

  test('are separate per app', async () => {
    const { channel } = await world.subscribed('mine');
    const heard = heardBy(channel);
    await world.backendOf(OTHER).trigger('mine', 'theirs', {});
    await world.backend.trigger('mine', 'ours', {});
    await until(() => heard.length > 0);
    expect(heard).toEqual([['ours', {}]]);
  });

  test('report their subscription count', async () => {
    const { channel } = await world.subscribed('counted');
    const counts: number[] = [];
    channel.bind('pusher:subscription_count', ({ subscription_count }: { subscription_count: number }) =>
      counts.push(subscription_count),
    );
    await until(() => counts.at(-1) === 1);
    const other = await world.subscribed('counted');
    await until(() => counts.at(-1) === 2);
    other.client.disconnect();
    await until(() => counts.at(-1) === 1);
  });

  test('with invalid names are refused', async () => {
    for (const channel of ['', 'a b', 'a:b', 'ü', 'x'.repeat(165)]) {
      const { said } = await talk(
        `/app/${APP.key}?protocol=7`,
        [{ event: 'pusher:subscribe', data: { channel } }],
        'subscription_error',
      );
      expect(JSON.parse(said.at(-1) ?? '').channel).toBe(channel);
    }
  });
});

describe('PU3 private channels', () => {
  test('require a signature', async () => {
    await world.subscribed('private-open');
    for (const auth of ['', 'x', `${APP.key}:`, `${APP.key}:${'0'.repeat(64)}`]) {
      const { said } = await talk(
        `/app/${APP.key}?protocol=7`,
        [{ event: 'pusher:subscribe', data: { channel: 'private-open', auth } }],
        'subscription_error',
      );
      const { channel, data } = JSON.parse(said.at(-1) ?? '');
      expect([channel, JSON.parse(data)]).toMatchObject(['private-open', { type: 'AuthError', status: 401 }]);
    }
  });

  test('are closed to clients of other protocols, whatever the namespace allows', async () => {
    const client = await centrifuge();
    const refused = client.newSubscription('pusher:private-open');
    const error = new Promise<{ code: number }>((resolve) => refused.once('unsubscribed', resolve));
    refused.subscribe();
    expect((await error).code).toBe(103);
    await expect(client.publish('pusher:private-open', 1)).rejects.toMatchObject({ code: 103 });
    await expect(client.history('pusher:private-open', { limit: 1 })).rejects.toMatchObject({ code: 103 });
  });

  test('deliver client events to the others, at most 10 per second', async () => {
    const [one, two] = await Promise.all([world.subscribed('private-talk'), world.subscribed('private-talk')]);
    const [heard, heardToo] = [heardBy(one.channel), heardBy(two.channel)];
    one.channel.trigger('client-typing', { by: 'one' });
    two.channel.trigger('client-typing', { by: 'two' });
    await until(() => heard.length === 1 && heardToo.length === 1);
    expect([heard, heardToo]).toEqual([[['client-typing', { by: 'two' }]], [['client-typing', { by: 'one' }]]]);
    const refused = next(one.client.connection, 'error');
    for (let n = 0; n < 11; n += 1) one.channel.trigger('client-n', { n });
    expect(await refused).toMatchObject({ data: { code: 4301 } });
  });

  test.each([
    ['a public channel', 'news', 'client-x'],
    ['a channel that the client is not in', 'private-elsewhere', 'client-x'],
    ['an event that is not a client’s', 'private-talk', 'pusher_internal:member_added'],
  ])('refuse a client event in %s', async (_where, channel, event) => {
    const { said } = await talk(`/app/${APP.key}?protocol=7`, [{ event, channel, data: {} }], 'pusher:error');
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ event: 'pusher:error', data: { code: null } });
  });

  test('can be encrypted, and the server cannot decrypt them', async () => {
    const { channel } = await world.subscribed('private-encrypted-secret');
    const heard = next(channel, 'whisper');
    await world.backend.trigger('private-encrypted-secret', 'whisper', { deep: 'secret' });
    expect(await heard).toEqual({ deep: 'secret' });
  });

  test('PU11 can be encrypted, and an unencrypted publication there stops no client', async () => {
    const apiKey = 'a-key-for-the-tests-of-encrypted-channels';
    const apps = [{ ...APP, namespace: 'log' }];
    const own = await PusherWorld.start(apps, { BANYAN_API_KEYS: apiKey });
    const { client, channel } = await own.subscribed('private-encrypted-cache-secret');
    const heard = next(channel, 'whisper');
    const publish = (data: unknown) =>
      fetch(`${own.server.url}/api/publish`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-API-Key': apiKey },
        body: JSON.stringify({ channel: 'log:private-encrypted-cache-secret', data }),
      });
    const nonce = btoa('n'.repeat(24));
    for (const data of [
      null,
      'x',
      { ciphertext: '%%%%', nonce },
      { ciphertext: btoa('c'.repeat(40)), nonce: 'AAAA' },
    ]) {
      expect((await publish(data)).status).toBe(200);
    }
    await own.backend.trigger('private-encrypted-cache-secret', 'whisper', { deep: 'secret' });
    expect(await heard).toEqual({ deep: 'secret' });
    expect(client.connection.state).toBe('connected');
    own.hangUp();
    await own.server.stop();
  });
});

describe('PU4 presence channels', () => {
  test('show members, and users as they join and leave, not connections', async () => {
    const ann = await world.connected('ann');
    const room = await subscribe(ann, 'presence-room');
    const comings: string[] = [];
    room.bind('pusher:member_added', ({ id, info }: { id: string; info: { name: string } }) =>
      comings.push(`+${id} ${info.name}`),
    );
    room.bind('pusher:member_removed', ({ id }: { id: string }) => comings.push(`-${id}`));
    expect([room.members.count, room.members.me.id]).toEqual([1, 'ann']);
    const [ben, benToo] = [await world.connected('ben'), await world.connected('ben')];
    const seen = await subscribe(ben, 'presence-room');
    expect(seen.members.members).toEqual({ ann: { name: 'ANN' }, ben: { name: 'BEN' } });
    expect((await subscribe(benToo, 'presence-room')).members.count).toBe(2);
    ben.disconnect();
    await subscribe(await world.connected('cy'), 'presence-room');
    benToo.unsubscribe('presence-room');
    await until(() => comings.length === 3);
    expect(comings).toEqual(['+ben BEN', '+cy CY', '-ben']);
  });

  test('name the user of a client event, and have at most as many users as the app allows', async () => {
    const channels: Channel[] = [];
    for (const user of ['a', 'b', 'c']) channels.push(await subscribe(await world.connected(user), 'presence-full'));
    const heard = new Promise((resolve) =>
      channels[0]?.bind('client-hi', (data: unknown, metadata: unknown) => resolve([data, metadata])),
    );
    channels[2]?.trigger('client-hi', 5);
    expect(await heard).toEqual([5, { user_id: 'c' }]);
    const fourth = await world.connected('d');
    expect(await next(fourth.subscribe('presence-full'), 'pusher:subscription_error')).toMatchObject({
      type: 'LimitReached',
    });
    await subscribe(await world.connected('a'), 'presence-full');
  });
});

describe('PU5 cache channels', () => {
  test('send the last event to a new subscriber, or report a cache miss', async () => {
    const empty = await world.connected();
    const missed = next(empty.subscribe('cache-score'), 'pusher:cache_miss');
    await missed;
    await world.backend.trigger('cache-score', 'goal', { n: 1 });
    await world.backend.trigger('cache-score', 'goal', { n: 2 });
    const later = await world.connected();
    expect(await next(later.subscribe('cache-score'), 'goal')).toEqual({ n: 2 });
    const info = await world.backend.get({
      path: '/channels/cache-score',
      params: { info: 'cache,subscription_count' },
    });
    expect(await info.json()).toEqual({ occupied: true, subscription_count: 2, cache: { data: '{"n":2}' } });
  });
});

describe('PU6 one channel, clients of all protocols', () => {
  test('a Pusher event arrives as data with its name as a tag, and other publications arrive as events', async () => {
    const client = await centrifuge();
    const subscription = client.newSubscription('pusher:shared');
    const published: unknown[] = [];
    subscription.on('publication', ({ data, tags, offset }) => published.push([offset, data, tags]));
    subscription.subscribe();
    await subscription.ready(5_000);
    const { channel } = await world.subscribed('shared');
    const heard = heardBy(channel);
    await world.backend.trigger('shared', 'named', { n: 1 });
    await world.backend.trigger('shared', 'named', 'text');
    await client.publish('pusher:shared', { n: 3 });
    await until(() => heard.length === 3 && published.length === 3);
    expect(heard).toEqual([
      ['named', { n: 1 }],
      ['named', 'text'],
      ['message', { n: 3 }],
    ]);
    expect(published).toEqual([
      [1, { n: 1 }, { event: 'named' }],
      [2, 'text', { event: 'named' }],
      [3, { n: 3 }, undefined],
    ]);
    expect((await client.history('pusher:shared', { limit: 9 })).publications).toHaveLength(3);
  });

  test('a Centrifuge client authorized by its token is a member like any other', async () => {
    const client = await centrifuge(await tokenOf({ sub: 'eve' }));
    const info = { name: 'Eve' };
    const token = await tokenOf({ sub: 'eve', channel: 'pusher:presence-mixed', info });
    const subscription = client.newSubscription('pusher:presence-mixed', { token, joinLeave: true });
    const joined = new Promise<{ info: { user: string; chanInfo: unknown } }>((resolve) => {
      subscription.on('join', (event) => event.info.user === 'ann' && resolve(event as never));
    });
    subscription.subscribe();
    await subscription.ready(5_000);
    const ann = await subscribe(await world.connected('ann'), 'presence-mixed');
    expect(ann.members.members).toEqual({ eve: info, ann: { name: 'ANN' } });
    expect((await joined).info).toMatchObject({ user: 'ann', chanInfo: { name: 'ANN' } });
    const left = next(ann, 'pusher:member_removed');
    subscription.unsubscribe();
    expect(await left).toMatchObject({ id: 'eve', info });
  });
});

describe('PU8 users', () => {
  test('sign in, receive events from the backend, and are disconnected by it', async () => {
    const ann = await world.connected('ann');
    ann.signin();
    await ann.user.signinDonePromise;
    await until(
      () =>
        ann.channel('#server-to-user-ann')?.subscribed === true || ann.user.serverToUserChannel?.subscribed === true,
    );
    const heard = next(ann.user, 'hello');
    await world.backend.sendToUser('ann', 'hello', { n: 1 });
    expect(await heard).toEqual({ n: 1 });
    const ended = next(ann.connection, 'disconnected');
    const error = next(ann.connection, 'error');
    await world.backend.terminateUserConnections('ann');
    await ended;
    expect(await error).toMatchObject({ data: { code: 4009 } });
  });

  test('are told when the users they watch connect and disconnect', async () => {
    const ann = await world.connected('ann');
    const events: string[] = [];
    for (const name of ['online', 'offline']) {
      ann.user.watchlist.bind(name, ({ user_ids }: { user_ids: string[] }) => events.push(`${name} ${user_ids}`));
    }
    ann.signin();
    await until(() => events.length === 2);
    const ben = await world.connected('ben');
    ben.signin();
    await until(() => events.length === 3);
    ben.disconnect();
    await until(() => events.length === 4);
    expect(events).toEqual(['online ann', 'offline ben', 'online ben', 'offline ben']);
  });

  test('are refused without a signature, and receive nothing for other users', async () => {
    const signin = { event: 'pusher:signin', data: { auth: `${APP.key}:00`, user_data: '{"id":"ann"}' } };
    expect((await talk(`/app/${APP.key}?protocol=7`, [signin])).code).toBe(4009);
    const { said } = await talk(
      `/app/${APP.key}?protocol=7`,
      [{ event: 'pusher:subscribe', data: { channel: '#server-to-user-ann' } }],
      'subscription_error',
    );
    expect(said).toHaveLength(2);
  });
});

describe('Laravel Echo, unmodified', () => {
  test('listens, whispers and joins', async () => {
    const [ann, ben] = [echo('ann'), echo('ben')];
    const heard: unknown[] = [];
    const here = new Promise((resolve) => ann.join('lobby').here(resolve));
    expect(await here).toEqual([{ name: 'ANN' }]);
    const joined = new Promise((resolve) => ann.join('lobby').joining(resolve));
    await new Promise((resolve) => ben.join('lobby').here(resolve));
    expect(await joined).toEqual({ name: 'BEN' });
    ann.join('lobby').listenForWhisper('typing', (data: unknown) => heard.push(data));
    ann.private('orders').listen('OrderShipped', (data: unknown) => heard.push(data));
    await new Promise((resolve) => ann.private('orders').subscribed(() => resolve(undefined)));
    ben.join('lobby').whisper('typing', { by: 'ben' });
    await until(() => heard.length === 1);
    // As Laravel's broadcaster names events.
    await world.backend.trigger('private-orders', 'App\\Events\\OrderShipped', { id: 7 });
    await until(() => heard.length === 2);
    expect(heard).toEqual([{ by: 'ben' }, { id: 7 }]);
  });

  function echo(user: string): Echo<'pusher'> {
    return new Echo({ broadcaster: 'pusher', key: APP.key, client: world.client(user) as PusherClient });
  }
});

function tokenOf(claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(TOKEN_SECRET));
}

async function centrifuge(token = ''): Promise<Centrifuge> {
  const client = new Centrifuge(world.server.socketUrl, { websocket: WebSocket, token });
  centrifuges.push(client);
  client.connect();
  await client.ready(5_000);
  return client;
}
