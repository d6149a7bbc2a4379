import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge, type Options } from 'centrifuge';
import { EventSource } from 'eventsource';
import { SignJWT } from 'jose';
import type PusherClient from 'pusher-js';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { register } from '../servers/people.ts';
import { next, PusherWorld, subscribe } from './pusher-world.ts';
import { until } from './until.ts';

const SECRET = 'a secret that is shared with one application only';
const ROOMY = { id: '3', key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8', clientEventsPerSecond: 1_000 };
const OPEN = { subscribe: 'everyone', publish: 'everyone', history: 'durable', readHistory: 'everyone' };
const SETTINGS = {
  BANYAN_CLIENT_ANONYMOUS: 'true',
  BANYAN_TOKEN_SECRET: SECRET,
  BANYAN_TRUSTED_PROXIES: '127.0.0.1',
  BANYAN_METRICS_ADDRESSES: '127.0.0.1',
  BANYAN_NAMESPACES: JSON.stringify({ open: OPEN, small: { ...OPEN, dataBytes: 20 } }),
};
/** Low enough for a test to reach, and high enough for a client that just connected. */
const LIMITS = {
  BANYAN_COMMANDS_PER_SECOND: '20',
  BANYAN_USER_COMMANDS_PER_SECOND: '40',
  BANYAN_USER_PUBLICATIONS_PER_SECOND: '10',
  BANYAN_BURST_SECONDS: '1',
  BANYAN_USER_CONNECTION_LIMIT: '2',
  BANYAN_ADDRESS_CONNECTION_LIMIT: '2',
};
/** A burst of two, and then two per second. */
const PACED = { BANYAN_CONNECTS_PER_SECOND: '2', BANYAN_BURST_SECONDS: '1' };
const SOON = { minReconnectDelay: 50, maxReconnectDelay: 200 };

let world: PusherWorld;
let paced: PusherWorld;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  [world, paced] = await Promise.all([
    PusherWorld.start([ROOMY], { ...SETTINGS, ...LIMITS }),
    PusherWorld.start([ROOMY], { ...SETTINGS, ...PACED }),
  ]);
}, 30_000);
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  world.hangUp();
  paced.hangUp();
});
afterAll(() => Promise.all([world.server.stop(), paced.server.stop()]));

function centrifuge({ server } = world, options: Partial<Options> = {}): Centrifuge {
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, ...SOON, ...options });
  cleanups.push(() => client.disconnect());
  client.connect();
  return client;
}

function socketIo({ server } = world, options: object = {}): Socket {
  const soon = { reconnectionDelay: 50, reconnectionDelayMax: 200 };
  const socket = io(server.url, { forceNew: true, transports: ['websocket'], ...soon, ...options });
  cleanups.push(() => socket.disconnect());
  return socket;
}

/** Collects errors and state changes of a Pusher client's connection. */
function eventsOf({ connection }: PusherClient, name: string): unknown[] {
  const events: unknown[] = [];
  connection.bind(name, (event: unknown) => events.push(event));
  return events;
}

const tokenOf = (user: string) =>
  new SignJWT({ sub: user }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
const codeOf = (error: unknown) => (error as { readonly code: number }).code;
/** Makes this many concurrent requests; returns the outcomes. */
const times = <T>(count: number, ask: () => Promise<T>) => Promise.allSettled(Array.from({ length: count }, ask));
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${world.server.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });

describe('LI1 LI2 excess requests', () => {
  test('get error 111 in centrifuge-js; a client that continues is closed with 3013, reconnects and misses nothing', async () => {
    const reader = centrifuge();
    const heard: unknown[] = [];
    const subscription = reader.newSubscription('open:centrifuge');
    subscription.on('publication', ({ data }) => heard.push(data));
    subscription.subscribe();
    await subscription.ready();
    const client = centrifuge();
    await client.ready();
    let count = 0;
    const publish = () => {
      count += 1;
      return client.publish('open:centrifuge', count);
    };
    const answers = await times(30, publish);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
    expect(refused).toEqual(Array(refused.length).fill(111));
    expect(refused.length).toBeWithin(1, 12);
    const closed = new Promise((resolve) => client.once('connecting', resolve));
    const flood = times(100, publish);
    expect(await closed).toMatchObject({ code: 3_013, reason: 'too many requests' });
    await flood;
    await client.ready();
    await client.publish('open:centrifuge', 'back');
    await until(() => heard.at(-1) === 'back');
    expect(heard.slice(0, 30 - refused.length)).toEqual(Array.from({ length: 30 - refused.length }, (_, at) => at + 1));
  });

  test('LI4: too long data gets error 413', async () => {
    const client = centrifuge();
    await client.ready();
    await client.publish('small:a', 'short enough');
    expect(codeOf(await client.publish('small:a', 'x'.repeat(19)).catch((error) => error))).toBe(413);
    const answer = await post('/publish?channel=small:a', 'x'.repeat(19));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { name: 'tooLarge', field: 'data' } });
  });

  test('get 4301 in pusher-js for client events; a client that continues is closed with 4100, and reconnects', async () => {
    const { client, channel } = await world.subscribed('private-loud');
    const errors = eventsOf(client, 'error');
    for (let count = 0; count < 25; count += 1) channel.trigger('client-shout', count);
    await until(() => errors.length > 0);
    expect(JSON.stringify(errors[0])).toContain('4301');
    const states = eventsOf(client, 'state_change');
    for (let count = 0; count < 100; count += 1) channel.trigger('client-shout', count);
    await until(() => JSON.stringify(errors).includes('4100') || states.length > 0);
    await next(client.connection, 'connected');
    await subscribe(client, 'private-quiet');
  });

  test('get 111 in socket.io-client, with the retry delay; a client that continues is closed, and reconnects', async () => {
    const socket = socketIo();
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const ask = (event: string) => socket.timeout(5_000).emitWithAck(event, 'open:socketio', 1);
    const answers = await times(30, () => ask('publish'));
    const [refused] = answers.flatMap((each) =>
      each.status === 'fulfilled' && !each.value.ok ? [each.value.error] : [],
    );
    expect(refused).toMatchObject({ code: 111, name: 'tooManyRequests', temporary: true });
    expect(refused.retryAfter).toBeWithin(0, 1.01);
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    // Events without a meaning here count too.
    const flood = times(100, () => ask('no such event'));
    expect(await closed).toBe('transport close');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    await flood;
  });

  test('LI3: get 429 with Retry-After over HTTP, by user and by address', async () => {
    const token = await tokenOf('http');
    const publish = (headers: Record<string, string>) => () => post('/publish?channel=open:http', 1, headers);
    const ways = [{ Authorization: `Bearer ${token}` }, { 'X-Forwarded-For': '192.0.2.9' }];
    for (const headers of ways) {
      const answers = await Promise.all(Array.from({ length: 60 }, publish(headers)));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBeWithin(1, 51);
      expect(refused[0]?.headers.get('Retry-After')).toBe('1');
      expect(await refused[0]?.json()).toMatchObject({ error: { code: 111, name: 'tooManyRequests' } });
    }
    expect((await publish({ 'X-Forwarded-For': '192.0.2.10' })()).status).toBe(200);
  });

  test('LI3: a person’s operations over HTTP count too', async () => {
    const ada = await register(world.server, 'ada', world.server.ownerInvite as string);
    const headers = { Cookie: ada.cookie(), 'Content-Type': 'application/json' };
    const answers = await Promise.all(Array.from({ length: 150 }, () => post('/api/v1/accounts.me', {}, headers)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeWithin(40, 150);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('Retry-After')).toBe('1');
  });
});

describe('LI5 a user with too many connections', () => {
  test('gets 4004 in pusher-js after signing in, and is not retried', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => world.connected('max')));
    const errors = clients.map((client) => eventsOf(client, 'error'));
    for (const client of clients) client.signin();
    await until(() => clients.some(({ connection }) => connection.state === 'disconnected'));
    expect(clients.filter(({ connection }) => connection.state === 'connected')).toHaveLength(2);
    expect(JSON.stringify(errors)).toContain('4004');
  });

  test('gets 3504 in centrifuge-js and socket.io-client, which do not retry, and 429 over HTTP', async () => {
    const token = await tokenOf('many');
    const [first] = [centrifuge(world, { token }), centrifuge(world, { token })];
    await Promise.all([first.ready(), until(() => first.state === 'connected')]);
    const third = centrifuge(world, { token });
    const [context] = await new Promise<unknown[]>((resolve) => third.once('disconnected', (...all) => resolve(all)));
    expect(context).toMatchObject({ code: 3_504, reason: 'connection limit' });
    const socket = socketIo(world, { auth: { token } });
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(error).toMatchObject({ message: 'connection limit', data: { code: 3_504 } });
    expect(socket.active).toBe(false);
    const stream = await fetch(`${world.server.url}/sse?channel=open:a`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([stream.status, stream.headers.get('Retry-After')]).toEqual([429, '60']);
    first.disconnect();
    await until(async () => {
      const again = centrifuge(world, { token });
      return new Promise<boolean>((resolve) => {
        again.once('connected', () => resolve(true));
        again.once('disconnected', () => resolve(false));
      });
    });
  });
});

describe('LI6 an address with too many connections', () => {
  test('behind a trusted proxy gets 429, and others do not', async () => {
    const open = (address: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(world.server.socketUrl, { headers: { 'X-Forwarded-For': address } });
        cleanups.push(() => socket.terminate());
        socket.on('open', () => resolve('open'));
        socket.on('error', ({ message }) => resolve(message));
      });
    expect([await open('2001:db8::1'), await open('2001:db8::2')]).toEqual(['open', 'open']);
    expect(await open('2001:db8::3')).toContain('429');
    expect(await open('2001:db8:0:1::1')).toBe('open');
  });
});

describe('ST1 ST2 more clients than the server admits at once', () => {
  const herd = (count: number) => Array.from({ length: count });

  test('centrifuge-js retries by itself, over each transport', async () => {
    const { url } = paced.server;
    const emulated = { emulationEndpoint: `${url}/emulation`, eventsource: EventSource, fetch };
    const by = (transport: 'http_stream' | 'sse', endpoint: string) => {
      const client = new Centrifuge([{ transport, endpoint: `${url}${endpoint}` }], { ...SOON, ...emulated });
      cleanups.push(() => client.disconnect());
      client.connect();
      return client;
    };
    const sockets = herd(4).map(() => centrifuge(paced));
    const others = [by('http_stream', '/connection/http_stream'), by('sse', '/connection/sse')];
    await Promise.all([...sockets, ...others].map((client) => client.ready(20_000)));
  }, 30_000);

  test('a handshake is answered with 503 and Retry-After', async () => {
    const opened = herd(4).map(async () => {
      const socket = new WebSocket(paced.server.socketUrl);
      cleanups.push(() => socket.terminate());
      return new Promise<string>((resolve) => {
        socket.on('open', () => resolve('open'));
        // The response has all there is to know.
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, { statusCode, headers }) => {
          resolve(`${statusCode}, Retry-After ${headers['retry-after'] === undefined ? 'missing' : 'given'}`);
        });
      });
    });
    expect(await Promise.all(opened)).toContain('503, Retry-After given');
  });

  test('pusher-js gets 4100, and retries by itself', async () => {
    const clients = herd(6).map(() => paced.client());
    const errors = clients.map((client) => eventsOf(client, 'error'));
    await until(() => clients.every(({ connection }) => connection.state === 'connected'));
    expect(JSON.stringify(errors)).toContain('4100');
  }, 30_000);

  test('socket.io-client retries by itself, over each transport', async () => {
    const sockets = herd(6).map((_, index) => socketIo(paced, { transports: [index % 2 ? 'polling' : 'websocket'] }));
    await until(() => sockets.every(({ connected }) => connected));
  }, 30_000);

  test('EventSource gets a retry delay and reconnects; other clients get 503 with Retry-After', async () => {
    const address = `${paced.server.url}/sse?channel=open:sse`;
    const opened = new Set<number>();
    const told: unknown[] = [];
    for (const [index] of herd(6).entries()) {
      const source = new EventSource(address);
      cleanups.push(() => source.close());
      source.addEventListener('subscribed', () => opened.add(index));
      source.addEventListener('disconnect', ({ data }) => told.push(JSON.parse(data)));
    }
    await until(() => told.length > 0);
    expect(told[0]).toEqual({ code: 3_013, reason: 'too many requests', reconnect: true });
    const leaving = new AbortController();
    const others = await Promise.all(herd(3).map(() => fetch(address, { signal: leaving.signal })));
    const refused = others.find(({ status }) => status === 503);
    expect(Number(refused?.headers.get('Retry-After'))).toBeWithin(1, 61);
    expect(await refused?.json()).toMatchObject({
      error: { code: 503, name: 'unavailable', message: 'over capacity' },
    });
    leaving.abort();
    await until(() => opened.size === 6);
  }, 30_000);
});

test('LI9: every refusal here is counted by its limit', async () => {
  const limits = async ({ server }: PusherWorld) => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return new Set([...text.matchAll(/^banyan_refusals_total\{limit="(\w+)"\} [1-9]/gm)].map(([, limit]) => limit));
  };
  const ofAll = ['commands', 'userCommands', 'userPublications', 'userConnections', 'addressConnections', 'dataBytes'];
  expect([...(await limits(world))].toSorted()).toEqual(ofAll.toSorted());
  expect([...(await limits(paced))]).toEqual(['connects']);
});
