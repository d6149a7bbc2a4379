import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge, type Options } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Collector } from '../servers/collector.ts';
import type { CollectedSpan } from '../servers/otlp.ts';
import { register } from '../servers/people.ts';
import { APP, next, PusherWorld } from './pusher-world.ts';
import { until } from './until.ts';

const API_KEY = 'a key that opens the server API';
const NAMESPACES = {
  asked: { subscribe: 'everyone', publish: 'backend', history: 'durable' },
  free: { subscribe: 'everyone', publish: 'everyone', history: 'durable' },
  quick: { subscribe: 'everyone', publish: 'everyone' },
};
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let collector: Collector;
let server: BanyanProcess;
let pushers: PusherWorld;
let backend: Bun.Server<undefined>;
/** Headers the backend and the webhook received, newest last. */
const calls: { readonly path: string; readonly headers: Headers }[] = [];
let backendAnswer: () => Response = () => Response.json({ result: {} });
const closing: (() => void)[] = [];

beforeAll(async () => {
  collector = new Collector();
  backend = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: ({ url, headers }) => {
      calls.push({ path: new URL(url).pathname, headers });
      return backendAnswer();
    },
  });
  const place = `http://127.0.0.1:${backend.port}`;
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, BANYAN_LOG_LEVEL: 'error' };
  server = await startBanyan({
    ...tracing,
    BANYAN_CLIENT_ANONYMOUS: 'true',
    BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
    BANYAN_BACKEND_URLS: JSON.stringify({
      connect: `${place}/connect`,
      publish: `${place}/publish?key=hidden`,
      rpc: `${place}/rpc`,
    }),
    BANYAN_BACKEND_SECRET: 'a secret of the backend and the server',
    BANYAN_API_KEYS: API_KEY,
    OTEL_SERVICE_NAME: 'banyan-in-tests',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=a%20test',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=let%20me%20in',
  });
  pushers = await PusherWorld.start([{ ...APP, clientEvents: true, webhooks: [{ url: `${place}/hook` }] }], tracing);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  pushers.hangUp();
  backendAnswer = () => Response.json({ result: {} });
});
afterAll(async () => {
  await Promise.all([server.stop(), pushers.server.stop(), backend.stop(true)]);
  await collector.stop();
});

async function connected(Client: typeof Centrifuge, options: Partial<Options> = {}): Promise<Centrifuge> {
  const client = new Client(server.socketUrl, { websocket: WebSocket, ...options });
  closing.push(() => client.disconnect());
  client.connect();
  await client.ready(5_000);
  return client;
}

let channels = 0;
/** A new channel for each test. */
const channelIn = (namespace: string) => `${namespace}:traced-${++channels}`;

const isOf =
  (channel: string, name: string) =>
  (span: CollectedSpan): boolean =>
    span.name === name && span.attributes['messaging.destination.name'] === channel;

const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan => {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1) throw new Error(`${found.length} spans are named ${name}`);
  return found[0] as CollectedSpan;
};

/** Names of a span's ancestors, nearest first; ends with the id of a parent outside the collector. */
function ancestors(spans: readonly CollectedSpan[], { parent }: CollectedSpan): string[] {
  if (parent === '') return [];
  const above = spans.find(({ spanId }) => spanId === parent);
  return above === undefined ? [parent] : [above.name, ...ancestors(spans, above)];
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** A `traceparent` of a new trace. */
function caller(flags = '01'): { readonly traceId: string; readonly headers: { readonly traceparent: string } } {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  return { traceId, headers: { traceparent: `00-${traceId}-${PARENT}-${flags}` } };
}

describe('OB4 one trace from the frame to the commit', () => {
  test.each([
    ['JSON', Centrifuge],
    ['Protobuf', ProtobufCentrifuge as unknown as typeof Centrifuge],
  ] as const)('OB4 of a publication by centrifuge-js in %s', async (_format, Client) => {
    const channel = channelIn('free');
    const client = await connected(Client);
    const subscription = client.newSubscription(channel);
    subscription.subscribe();
    await subscription.ready(5_000);
    const came = new Promise((resolve) => subscription.once('publication', resolve));
    await client.publish(channel, Client === Centrifuge ? { n: 1 } : new TextEncoder().encode('{"n":1}'));
    expect(Object.keys((await came) as object)).not.toContain('trace');
    const { traceId } = await collector.span('the command', isOf(channel, 'publish'));
    const spans = await collector.trace(traceId, 'publish', 'publish free', 'append queue', 'COMMIT', 'deliver free');
    expect(spans).toHaveLength(5);
    expect(ancestors(spans, named(spans, 'publish'))).toEqual([]);
    expect(ancestors(spans, named(spans, 'append queue'))).toEqual(['publish free', 'publish']);
    expect(ancestors(spans, named(spans, 'COMMIT'))).toEqual(['publish free', 'publish']);
    expect(ancestors(spans, named(spans, 'deliver free'))).toEqual(['publish free', 'publish']);
    expect(named(spans, 'COMMIT').links).toEqual([named(spans, 'publish free').spanId]);
    expect(named(spans, 'append queue').end).toBeLessThanOrEqual(named(spans, 'COMMIT').start);
    expect(named(spans, 'COMMIT').end).toBeLessThanOrEqual(named(spans, 'deliver free').end);
    expect(spans.some(({ failed }) => failed)).toBe(false);
  });

  test("OB4 with OpenTelemetry's standard attribute names", async () => {
    const channel = channelIn('free');
    const client = await connected(Centrifuge);
    await client.publish(channel, 'hello');
    const { traceId } = await collector.span('the command', isOf(channel, 'publish'));
    const spans = await collector.trace(traceId, 'COMMIT', 'publish', 'publish free');
    const messaging = { 'messaging.system': 'banyan', 'messaging.destination.name': channel };
    expect(named(spans, 'publish')).toMatchObject({
      kind: 'server',
      attributes: { ...messaging, 'messaging.destination.template': 'free:*' },
      resource: {
        'service.name': 'banyan-in-tests',
        'service.version': expect.any(String),
        'deployment.environment.name': 'a test',
      },
    });
    expect(named(spans, 'publish free')).toMatchObject({
      kind: 'producer',
      attributes: { ...messaging, 'messaging.operation.type': 'send', 'messaging.message.body.size': 7 },
    });
    expect(named(spans, 'COMMIT')).toMatchObject({
      kind: 'client',
      attributes: { 'db.system.name': 'sqlite', 'db.operation.name': 'COMMIT' },
    });
    expect(collector.headers.get('x-collector-key')).toBe('let me in');
    expect(collector.headers.get('content-type')).toBe('application/x-protobuf');
  });

  test('OB4 publications that share a transaction and the transaction are linked to each other', async () => {
    const channel = channelIn('free');
    const client = await connected(Centrifuge);
    client.startBatching();
    const published = Array.from({ length: 20 }, (_, n) => client.publish(channel, n));
    client.stopBatching();
    await Promise.all(published);
    const ofChannel = isOf(channel, 'publish free');
    const shared = await collector.span(
      'a transaction of twenty',
      ({ name, attributes }) => name === 'COMMIT' && attributes['db.operation.batch.size'] === 20,
    );
    const spans = () => collector.spans.filter(ofChannel);
    await until(() => spans().length === 20);
    expect([...shared.links].sort()).toEqual(
      spans()
        .map(({ spanId }) => spanId)
        .sort(),
    );
    const others = spans().filter(({ spanId }) => spanId !== shared.parent);
    expect(others.map(({ links }) => links)).toEqual(others.map(() => [shared.spanId]));
  });

  test('OB4 a refused command has its reason, and is not a server error', async () => {
    const client = await connected(Centrifuge);
    const channel = 'nowhere:at-all';
    await expect(client.publish(channel, 1)).rejects.toMatchObject({ code: 102 });
    const span = await collector.span('the refused command', isOf(channel, 'publish'));
    expect(span).toMatchObject({ failed: false, attributes: { 'error.type': 'unknownChannel' } });
  });

  test('OB4 continues the trace a client passes in the headers of `connect`', async () => {
    for (const Client of [Centrifuge, ProtobufCentrifuge as unknown as typeof Centrifuge]) {
      const { traceId, headers } = caller();
      await connected(Client, { headers });
      const spans = await collector.trace(traceId, 'connect', 'POST');
      expect(ancestors(spans, named(spans, 'POST'))).toEqual(['connect', PARENT]);
      expect(named(spans, 'connect')).toMatchObject({ kind: 'server', parent: PARENT });
    }
  });

  test('OB4 of an event by socket.io-client', async () => {
    const channel = channelIn('free');
    const socket = io(server.url, { forceNew: true, transports: ['websocket'] });
    closing.push(() => socket.disconnect());
    await socket.timeout(5_000).emitWithAck('publish', channel, 'hello');
    const { traceId } = await collector.span('the command', isOf(channel, 'publish'));
    const spans = await collector.trace(traceId, 'publish', 'COMMIT', 'publish free');
    expect(ancestors(spans, named(spans, 'COMMIT'))).toEqual(['publish free', 'publish']);
    expect(named(spans, 'publish').attributes['banyan.protocol']).toBe('si');
  });

  test('OB4 of an event triggered with the pusher package', async () => {
    const { channel } = await pushers.subscribed('orders');
    const came = next(channel, 'paid');
    await pushers.backend.trigger('orders', 'paid', { n: 1 });
    await came;
    const { traceId } = await collector.span(
      'the delivery',
      (span) => span.name.startsWith('deliver') && span.attributes['messaging.destination.name'] === 'pusher:orders',
    );
    const spans = await collector.trace(traceId, 'POST /apps/:app/*');
    const delivered = spans.find(({ name }) => name.startsWith('deliver')) as CollectedSpan;
    expect(ancestors(spans, delivered)).toEqual(['publish pusher', 'POST /apps/:app/*']);
    expect(named(spans, 'POST /apps/:app/*').attributes).toMatchObject({
      'url.path': `/apps/${APP.id}/events`,
      'http.response.status_code': 200,
    });
  });
});

describe('OB4 requests', () => {
  test('OB4 `POST /publish` continues the trace of its `traceparent`', async () => {
    const channel = channelIn('free');
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=said' };
    expect((await post(`/publish?channel=${channel}&token=`, 'hello', headers)).status).toBe(200);
    const spans = await collector.trace(TRACE, 'POST /publish', 'COMMIT', 'publish free');
    const request = named(spans, 'POST /publish');
    expect(request).toMatchObject({ kind: 'server', parent: PARENT, traceState: 'vendor=said' });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/publish',
      'url.path': '/publish',
      'http.response.status_code': 200,
    });
    expect(Object.keys(request.attributes)).not.toContain('url.query');
    expect(ancestors(spans, named(spans, 'COMMIT'))).toEqual(['publish free', 'POST /publish', PARENT]);
    expect(ancestors(spans, named(spans, 'permission'))).toEqual(['POST /publish', PARENT]);
  });

  test('OB4 the server API: single calls, a broadcast and a batch', async () => {
    const { traceId, headers } = caller();
    const commands = [
      { publish: { channel: channelIn('free'), data: 1 } },
      { broadcast: { channels: [channelIn('quick'), channelIn('quick')], data: 2 } },
    ];
    const response = await post('/api/batch', { commands }, { 'X-API-Key': API_KEY, ...headers });
    expect(response.status).toBe(200);
    const spans = await collector.trace(traceId, 'POST /api/:method', 'publish free', 'publish quick');
    const published = spans.filter(({ kind }) => kind === 'producer');
    expect(published.map(({ name }) => name).sort()).toEqual(['publish free', 'publish quick', 'publish quick']);
    for (const span of published) expect(ancestors(spans, span)).toEqual(['POST /api/:method', PARENT]);
  });

  test('OB4 an operation, and what it publishes', async () => {
    const ann = await register(server, 'ann', server.ownerInvite as string);
    const call = (name: string, input: object, headers = {}) =>
      post(`/api/v1/${name}`, input, { Cookie: ann.cookie(), Origin: server.url, ...headers });
    const group = { title: 'Us', key: 'first-group-key' };
    const { id: room } = (await (await call('chat.createGroup', group)).json()) as { id: string };
    const { traceId, headers } = caller();
    const sent = await call('chat.send', { room, key: 'first-message-key', text: 'hello' }, headers);
    expect(sent.status).toBe(200);
    const spans = await collector.trace(traceId, 'POST /api/v1/:operation', 'publish room', 'COMMIT');
    expect(named(spans, 'POST /api/v1/:operation').attributes['rpc.method']).toBe('chat.send');
    expect(ancestors(spans, named(spans, 'COMMIT'))).toEqual(['publish room', 'POST /api/v1/:operation', PARENT]);
  });

  test('OB4 an unsampled trace is not recorded, and an invalid header is ignored', async () => {
    const [unrecorded, recorded] = [caller('00'), caller()];
    for (const { headers } of [unrecorded, recorded]) {
      await post(`/publish?channel=${channelIn('free')}`, 1, headers);
    }
    const odd = channelIn('free');
    for (const traceparent of ['00-0-0-0', 'ff-'.repeat(200), `00-${'0'.repeat(32)}-${PARENT}-01`]) {
      expect((await post(`/publish?channel=${odd}`, 1, { traceparent, tracestate: ','.repeat(4_000) })).status).toBe(
        200,
      );
    }
    await collector.trace(recorded.traceId, 'publish free');
    expect(collector.spans.filter(({ traceId }) => traceId === unrecorded.traceId)).toEqual([]);
    const published = () => collector.spans.filter(isOf(odd, 'publish free'));
    await until(() => published().length === 3);
    for (const span of published()) {
      expect(ancestors(await collector.trace(span.traceId, 'POST /publish'), span)).toEqual(['POST /publish']);
    }
  });

  test('OB4 pages and files are not traced', async () => {
    const { headers } = caller();
    for (const path of ['/', '/join/a-code', '/livez', '/readyz', '/metrics']) {
      await fetch(`${server.url}${path}`, { headers });
    }
    const { traceId, headers: last } = caller();
    await post(`/publish?channel=${channelIn('free')}`, 1, last);
    await collector.trace(traceId, 'publish free');
    expect(collector.spans.filter(({ name }) => name.startsWith('GET'))).toEqual([]);
  });
});

describe('OB4 other programs', () => {
  test("OB4 the developer's backend receives the trace of its request", async () => {
    const channel = channelIn('asked');
    const client = await connected(Centrifuge);
    await client.publish(channel, 'hello');
    await client.rpc('answer', {});
    const { traceId } = await collector.span('the command', isOf(channel, 'publish'));
    const spans = await collector.trace(traceId, 'publish', 'POST', 'COMMIT', 'publish asked');
    const asked = named(spans, 'POST');
    expect(ancestors(spans, asked)).toEqual(['publish']);
    expect(asked).toMatchObject({
      kind: 'client',
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'url.full': `http://127.0.0.1:${backend.port}/publish`,
        'banyan.backend.event': 'publish',
      },
    });
    const told = calls.find(({ path }) => path === '/publish')?.headers.get('traceparent');
    expect(told).toBe(`00-${traceId}-${asked.spanId}-01`);
    expect(ancestors(spans, named(spans, 'COMMIT'))).toEqual(['publish asked', 'publish']);
    const rpc = await collector.span('the call', ({ name }) => name === 'rpc');
    expect(rpc.attributes['rpc.method']).toBe('answer');
    expect(calls.find(({ path }) => path === '/rpc')?.headers.get('traceparent')).toContain(rpc.traceId);
  });

  test("OB4 without recording, the caller's trace is still passed on", async () => {
    const { traceId, headers } = caller('00');
    await connected(Centrifuge, { headers });
    const told = calls.findLast(({ path }) => path === '/connect')?.headers.get('traceparent');
    expect(told).toBe(headers.traceparent);
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  test("OB4 a failing backend is an error on its span and on the command's", async () => {
    const channel = channelIn('asked');
    const client = await connected(Centrifuge);
    backendAnswer = () => new Response('', { status: 503 });
    await expect(client.publish(channel, 'hello')).rejects.toMatchObject({ code: 100 });
    const command = await collector.span('the command', isOf(channel, 'publish'));
    const asked = named(await collector.trace(command.traceId, 'publish', 'POST'), 'POST');
    expect(asked).toMatchObject({ failed: true, attributes: { 'error.type': 'BackendUnavailable' } });
    expect(asked.events[0]?.attributes['exception.message']).toBe('it answered with status 503');
    expect(command).toMatchObject({ failed: true, attributes: { 'error.type': 'internal' } });
  });

  test("OB4 an app's webhook receives the trace of its event", async () => {
    const { client, channel } = await pushers.subscribed('private-talk');
    expect(client.connection.state).toBe('connected');
    channel.trigger('client-said', { n: 1 });
    const command = await collector.span('the client event', isOf('pusher:private-talk', 'publish'));
    const spans = await collector.trace(command.traceId, 'publish', 'POST');
    expect(ancestors(spans, named(spans, 'POST')).at(-1)).toBe('publish');
    const told = calls.filter(({ path }) => path === '/hook').map(({ headers }) => headers.get('traceparent'));
    expect(told).toContain(`00-${command.traceId}-${named(spans, 'POST').spanId}-01`);
  });
});
