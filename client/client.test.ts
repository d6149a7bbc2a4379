import { afterEach, beforeEach, describe, expect, spyOn, test } from 'bun:test';
import { MemoryBus } from '../src/adapters/memory/bus.ts';
import { MemoryLog } from '../src/adapters/memory/log.ts';
import { accountsContract } from '../src/contracts/accounts/contract.ts';
import type { Principal } from '../src/core/access/principal.ts';
import { CLOSED_NAMESPACE } from '../src/core/channels/namespace.ts';
import { Namespaces } from '../src/core/channels/namespaces.ts';
import { ClientError } from '../src/core/errors.ts';
import { Node } from '../src/core/node/node.ts';
import { bindOperations, type OperationContext } from '../src/core/operations/operation.ts';
import { createOperations } from '../src/core/operations/operations.ts';
import { centrifugeJson } from '../src/protocols/centrifuge/protocol.ts';
import { systemClock } from '../src/runtimes/bun/clock.ts';
import { NO_COMPRESSION } from '../src/runtimes/bun/compression.ts';
import { createHttp } from '../src/runtimes/bun/http.ts';
import { BunFanout, type SocketData, socketHandler } from '../src/runtimes/bun/websocket.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import type { ConnectionState } from './connection.ts';
import { BanyanError } from './errors.ts';
import type { Publication, Subscribed } from './subscriptions.ts';

const ADA: Principal = { kind: 'user', user: 'ada', role: 'member', device: 'd1' };
const PEOPLE = { history: 'memory', historySize: 10, forceRecovery: true } as const;
const telemetry = { record: () => undefined, count: () => undefined };

/** What the operations below do next, and their recorded calls. */
let nextError: unknown;
let lastContext: OperationContext | undefined;

const { status, me, signOut } = accountsContract;
const operations = createOperations(
  bindOperations(
    { status, me, signOut },
    {
      status: async (context) => {
        lastContext = context;
        if (nextError !== undefined) throw nextError;
        return { registration: 'open' as const, hasOwner: true };
      },
      me: () => new Promise<never>(() => undefined),
      signOut: async (context) => {
        lastContext = context;
        return {};
      },
    },
  ),
);

type Server = { readonly node: Node; readonly url: string; stop(): Promise<void> };
let server: Server;
const clients: Client[] = [];

beforeEach(() => {
  nextError = undefined;
  lastContext = undefined;
  server = serve();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
});

/** The real engine, protocol and HTTP edge, in this process; only the people are fake. */
function serve(port = 0): Server {
  const fanout = new BunFanout();
  const node = createNode(fanout);
  const app = { operations, features: [], authenticate: async () => ADA };
  const http = createHttp(app, { publicUrl: '', trustedProxies: [] }, { telemetry });
  const bun = Bun.serve<SocketData>({
    port,
    hostname: '127.0.0.1',
    websocket: socketHandler(() => node, {
      maxFrameBytes: 65_536,
      maxBacklogBytes: 1_048_576,
      compression: NO_COMPRESSION,
    }),
    fetch: async (request, self) => {
      if (new URL(request.url).pathname !== '/connection/websocket') return http.fetch(request, '127.0.0.1');
      const data = { protocol: centrifugeJson, principal: ADA, address: '127.0.0.1', session: undefined };
      return self.upgrade(request, { data }) ? undefined : new Response(null, { status: 426 });
    },
  });
  fanout.attach(bun);
  const stop = async (): Promise<void> => {
    await node.drain();
    await bun.stop(true);
  };
  return { node, url: `http://127.0.0.1:${bun.port}`, stop };
}

function createNode(fanout: BunFanout): Node {
  const node = new Node({
    name: 'test',
    version: '0',
    clock: systemClock,
    telemetry,
    bus: new MemoryBus(),
    fanout,
    logs: { memory: new MemoryLog('e'), durable: new MemoryLog('e') },
    protocols: [centrifugeJson],
    namespaces: new Namespaces({
      people: { options: { ...CLOSED_NAMESPACE, ...PEOPLE } },
      room: { options: { ...CLOSED_NAMESPACE, ...PEOPLE } },
      online: { options: { ...CLOSED_NAMESPACE, subscribe: 'users' } },
    }),
    openNamespaces: new Set(),
    limits: {
      channels: 10,
      commandsInFlight: 10,
      history: 10,
      recoveryBytes: 1_000_000,
      backlogBytes: 2_000_000,
      mapBytes: 1_000_000,
      anonymous: false,
      pingMs: 25_000,
      pongMs: 8_000,
      queue: { length: 1_000, bytes: 1_000_000 },
    },
  });
  node.start({
    serverChannels: async () => ['people:all'],
    call: operations.call,
    onPresence: () => undefined,
    verifyToken: async () => ({ principal: ADA }),
  });
  return node;
}

function open(options: Partial<ClientOptions> = {}): Client {
  const client = createClient({ url: server.url, ...options });
  clients.push(client);
  return client;
}

/** Resolves with the first state that matches. */
function reaches(client: Client, isIt: (state: ConnectionState) => boolean): Promise<ConnectionState> {
  const { promise, resolve } = Promise.withResolvers<ConnectionState>();
  const check = (state: ConnectionState) => {
    if (isIt(state)) resolve(state);
  };
  client.connection.subscribe(check);
  check(client.connection.get());
  return promise;
}

async function connected(options: Partial<ClientOptions> = {}): Promise<Client> {
  const client = open(options);
  client.connect();
  await reaches(client, ({ kind }) => kind === 'connected');
  return client;
}

async function errorOf(call: Promise<unknown>): Promise<BanyanError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BanyanError)) throw new Error(`expected a BanyanError, got ${error}`);
  return error;
}

/** Waits until everything sent before has been handled. */
async function settle(client: Client): Promise<void> {
  await client.call('accounts.status', {});
}

async function until(isIt: () => boolean): Promise<void> {
  while (!isIt()) await Bun.sleep(2);
}

describe('a call', () => {
  test('uses HTTP without a connection, and the connection if there is one', async () => {
    const client = open();
    expect(await client.call('accounts.status', {})).toEqual({ registration: 'open', hasOwner: true });
    expect(lastContext?.http).toBeDefined();
    client.connect();
    const state = await reaches(client, ({ kind }) => kind === 'connected');
    expect(await client.call('accounts.status', {})).toEqual({ registration: 'open', hasOwner: true });
    expect(lastContext?.http).toBeUndefined();
    expect(state).toEqual({ kind: 'connected', client: lastContext?.client as string });
  });

  test('uses HTTP if requested, and fails without a connection if HTTP is off', async () => {
    const client = await connected({ httpFallback: false });
    await client.call('accounts.status', {}, { overHttp: true });
    expect(lastContext?.http).toBeDefined();
    client.disconnect();
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({
      name: 'connectionLost',
      temporary: true,
    });
  });

  test('of an operation that sets cookies uses HTTP, from the second time on at once', async () => {
    const client = await connected();
    const rpc = spyOn(client.centrifuge, 'rpc');
    expect(await client.call('accounts.signOut', {})).toEqual({});
    expect(lastContext?.http).toBeDefined();
    await client.call('accounts.signOut', {});
    expect(rpc).toHaveBeenCalledTimes(1);
  });

  test("fails with the server's complete error over HTTP", async () => {
    nextError = new ClientError('rateLimited', { retryAfter: 7, message: 'wait', field: 'login' });
    expect(await errorOf(open().call('accounts.status', {}))).toMatchObject({
      name: 'rateLimited',
      code: 429,
      temporary: false,
      message: 'wait',
      field: 'login',
      retryAfter: 7,
      requestId: undefined,
    });
    nextError = new Error('secret');
    const inner = await errorOf(open().call('accounts.status', {}));
    expect(inner).toMatchObject({ name: 'internal', code: 100, temporary: true });
    expect(inner.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('fails with code, name, field and message over the connection', async () => {
    const client = await connected();
    nextError = new ClientError('gone', { message: 'used up' });
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({
      name: 'gone',
      code: 410,
      temporary: false,
      message: 'used up',
    });
    nextError = new ClientError('invalidInput', { field: 'a.0.b', message: 'must be "x: y"' });
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({
      name: 'invalidInput',
      field: 'a.0.b',
      message: 'must be "x: y"',
    });
    nextError = new ClientError('invalidInput', { message: 'user: is missing; or handle: is missing' });
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({
      field: undefined,
      message: 'user: is missing; or handle: is missing',
    });
    nextError = new ClientError('tooManyRequests');
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({
      name: 'tooManyRequests',
      temporary: true,
    });
  });

  test('times out over both transports', async () => {
    const client = await connected({ timeoutMs: 50 });
    const timeout = { name: 'timeout', code: 1, temporary: true };
    expect(await errorOf(client.call('accounts.me', {}))).toMatchObject(timeout);
    expect(await errorOf(client.call('accounts.me', {}, { overHttp: true }))).toMatchObject(timeout);
  });

  test('fails if the server is lost, over both transports', async () => {
    const client = await connected();
    const failed = errorOf(client.call('accounts.me', {}));
    await server.stop();
    expect(await failed).toMatchObject({ name: 'connectionLost', temporary: true });
    expect(await errorOf(client.call('accounts.status', {}))).toMatchObject({ name: 'connectionLost' });
  });

  test('that a proxy answers fails by its status', async () => {
    const answer = (status: number) => open({ fetch: async () => new Response('<html>Bad Gateway', { status }) });
    expect(await errorOf(answer(502).call('accounts.status', {}))).toMatchObject({ name: 'internal', temporary: true });
    expect(await errorOf(answer(404).call('accounts.status', {}))).toMatchObject({ name: 'badRequest' });
    expect(await errorOf(answer(200).call('accounts.status', {}))).toMatchObject({ name: 'connectionLost' });
  });
});

describe('the connection', () => {
  test('reports its state, and since when it has been connecting', async () => {
    const client = open();
    const seen: string[] = [];
    client.connection.subscribe(({ kind }) => seen.push(kind));
    expect(client.connection.get().kind).toBe('disconnected');
    client.connect();
    await reaches(client, ({ kind }) => kind === 'connected');
    const stoppedAt = Date.now();
    await server.stop();
    const waiting = await reaches(client, ({ kind }) => kind === 'connecting');
    if (waiting.kind !== 'connecting') throw new Error('unreachable');
    expect(waiting.since).toBeGreaterThanOrEqual(stoppedAt);
    expect(waiting.since).toBeLessThanOrEqual(Date.now());
    expect(seen.slice(0, 3)).toEqual(['connecting', 'connected', 'connecting']);
    client.disconnect();
    expect(client.connection.get()).toMatchObject({ kind: 'disconnected', code: 0 });
  });

  test('retries at once if told to, without passing through another state', async () => {
    const client = await connected();
    const port = Number(new URL(server.url).port);
    await server.stop();
    await reaches(client, ({ kind }) => kind === 'connecting');
    server = serve(port);
    const seen: string[] = [];
    client.connection.subscribe(({ kind }) => seen.push(kind));
    const before = Date.now();
    client.retryNow();
    await reaches(client, ({ kind }) => kind === 'connected');
    expect(Date.now() - before).toBeLessThan(400);
    expect(new Set(seen.slice(0, -1))).toEqual(new Set(['connecting']));
    client.retryNow();
    expect(client.connection.get().kind).toBe('connected');
  });

  test('that is refused permanently reports why', async () => {
    const client = await connected();
    server.node.disconnectUser('ada', 'forceDisconnect');
    const state = await reaches(client, ({ kind }) => kind === 'disconnected');
    expect(state).toEqual({ kind: 'disconnected', code: 3503, reason: 'force disconnect' });
  });
});

describe('server-side channels', () => {
  test('RE5 are delivered by prefix, and recover without a gap', async () => {
    const client = open();
    const publications: Publication[] = [];
    const starts: Subscribed[] = [];
    client.onPublication('people:', (publication) => publications.push(publication));
    client.onPublication('room:', () => publications.push({ channel: 'wrong', data: undefined }));
    client.onSubscribed('people:', (subscribed) => starts.push(subscribed));
    client.connect();
    await reaches(client, ({ kind }) => kind === 'connected');
    await server.node.publish('people:all', '{"n":1}');
    await until(() => publications.length === 1);
    server.node.disconnectUser('ada', 'forceReconnect');
    await reaches(client, ({ kind }) => kind === 'connecting');
    await server.node.publish('people:all', '{"n":2}');
    await server.node.publish('people:all', '{"n":3}');
    client.retryNow();
    await until(() => publications.length === 3);
    expect(publications.map(({ data, offset }) => [data, offset])).toEqual([
      [{ n: 1 }, 1],
      [{ n: 2 }, 2],
      [{ n: 3 }, 3],
    ]);
    expect(starts).toMatchObject([
      { channel: 'people:all', wasRecovering: false, recovered: false, position: { offset: 0 } },
      { channel: 'people:all', wasRecovering: true, recovered: true, position: { offset: 1 } },
    ]);
  });

  test('can be subscribed and unsubscribed while connected', async () => {
    const client = await connected();
    const seen: string[] = [];
    client.onSubscribed('room:', ({ channel }) => seen.push(`in ${channel}`));
    client.onUnsubscribed('room:', ({ channel }) => seen.push(`out of ${channel}`));
    server.node.subscribeUser('ada', 'room:1');
    await until(() => seen.length === 1);
    server.node.unsubscribeUser('ada', 'room:1');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['in room:1', 'out of room:1']);
  });

  test('can be unlistened', async () => {
    const client = await connected();
    let heard = 0;
    const unlisten = client.onPublication('people:', () => {
      heard += 1;
    });
    await server.node.publish('people:all', '{}');
    await until(() => heard === 1);
    unlisten();
    unlisten();
    await server.node.publish('people:all', '{}');
    await settle(client);
    expect(heard).toBe(1);
  });
});

describe('client-side subscriptions', () => {
  test('are shared by all listeners, until the last one stops', async () => {
    const client = await connected();
    const seen: string[] = [];
    const listen = (who: string) =>
      client.subscribe('online:bob', {
        subscribed: () => seen.push(`${who} in`),
        publication: ({ data }) => seen.push(`${who} ${data.online}`),
      });
    const first = listen('a');
    await until(() => seen.length === 1);
    const second = listen('b');
    await server.node.publish('online:bob', '{"type":"online","online":true,"at":1}');
    await until(() => seen.length === 4);
    expect(seen).toEqual(['a in', 'b in', 'a true', 'b true']);
    first();
    first();
    await server.node.publish('online:bob', '{"type":"online","online":false,"at":2}');
    await until(() => seen.length === 5);
    expect(seen[4]).toBe('b false');
    second();
    expect(client.centrifuge.getSubscription('online:bob')).toBeNull();
    const third = listen('c');
    await until(() => seen.length === 6);
    expect(seen[5]).toBe('c in');
    third();
  });

  test('that are refused end, and the next listener subscribes again', async () => {
    const client = await connected();
    const ends: unknown[] = [];
    const unlisten = client.subscribe('room:9', { unsubscribed: (event) => ends.push(event) });
    await until(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ channel: 'room:9', code: 103, reason: 'permission denied' });
    unlisten();
    client.subscribe('room:9', { unsubscribed: (event) => ends.push(event) });
    await until(() => ends.length === 2);
  });
});

test('a listener that throws affects neither the others nor the connection', async () => {
  const thrown: (() => void)[] = [];
  const microtasks = spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => void thrown.push(run));
  const client = await connected();
  let heard = 0;
  client.onPublication('people:', () => {
    throw new Error('mine');
  });
  client.onPublication('people:', () => {
    heard += 1;
  });
  await server.node.publish('people:all', '{}');
  await until(() => heard === 1);
  microtasks.mockRestore();
  expect(client.connection.get().kind).toBe('connected');
  expect(() => thrown[0]?.()).toThrow('mine');
});

test('a browser bundle is small and contains no schemas', async () => {
  const built = await Bun.build({ entrypoints: [`${import.meta.dir}/client.ts`], minify: true, target: 'browser' });
  const code = await (built.outputs[0] as Blob).text();
  expect(code).not.toMatch(/zod|safeParse/i);
  expect(Bun.gzipSync(new TextEncoder().encode(code)).length).toBeLessThan(30_000);
});
