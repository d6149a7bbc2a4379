import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { Centrifuge, type Subscription } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';
import { RESULTS } from '../../src/core/backend/application-answers.ts';
import type { BackendEvent } from '../../src/ports/backend.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import proxy from './centrifugo/proxy.json';
import { checkShape, fieldsOf, type ProtoTable } from './centrifugo/shapes.ts';
import { until } from './until.ts';

/** Every expected value here comes from these files of Centrifugo 6.9.1, and from internal/proxy beside them. */
const TABLE: ProtoTable = proxy;
const EVENTS: Readonly<Record<BackendEvent, string>> = {
  connect: 'Connect',
  refresh: 'Refresh',
  subscribe: 'Subscribe',
  sub_refresh: 'SubRefresh',
  publish: 'Publish',
  map_publish: 'MapPublish',
  map_remove: 'MapRemove',
  rpc: 'RPC',
};
/** Fields our requests have in addition. */
const OURS = ['address', 'user_kind'];
/**
 * Fields of requests we omit: the backend never needs `token`; bytes are sent as JSON; labels are of Centrifugo PRO.
 */
const NEVER_ASKED = ['token', 'b64data', 'labels'];

type Question = Readonly<Record<string, unknown>>;
const asked: (readonly [event: BackendEvent, question: Question])[] = [];
const answers = new Map<string, unknown>();
const clients: Centrifuge[] = [];
let backend: Bun.Server<undefined>;
let server: BanyanProcess;

beforeAll(async () => {
  backend = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const event = new URL(request.url).pathname.slice(1);
      asked.push([event as BackendEvent, (await request.json()) as Question]);
      return answers.has(event) ? Response.json(answers.get(event)) : new Response('', { status: 500 });
    },
  });
  const urls = Object.fromEntries(
    Object.keys(EVENTS).map((event) => [event, `http://localhost:${backend.port}/${event}`]),
  );
  const decided = {
    subscribe: 'backend',
    publish: 'backend',
    readHistory: 'everyone',
    presence: true,
    readPresence: 'everyone',
  };
  server = await startBanyan({
    BANYAN_BACKEND_URLS: JSON.stringify(urls),
    BANYAN_BACKEND_SECRET: 'a secret of the backend and the server',
    BANYAN_NAMESPACES: JSON.stringify({
      asked: { ...decided, history: 'memory', historySize: 100 },
      map: { ...decided, type: 'map', history: 'memory', historySize: 100 },
    }),
    BANYAN_LOG_LEVEL: 'error',
  });
});
beforeEach(() => {
  answers.clear();
  asked.length = 0;
  answers.set('connect', { result: { user: 'ann' } });
  answers.set('subscribe', { result: {} });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(async () => {
  await server.stop();
  await backend.stop(true);
});

type Options = ConstructorParameters<typeof Centrifuge>[1];
async function connected(options: Options = {}, Client = Centrifuge): Promise<Centrifuge> {
  const client = new Client(server.socketUrl, { websocket: WebSocket, ...options });
  clients.push(client);
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

function next<T>(target: { once(name: string, listener: (event: T) => void): unknown }, name: string): Promise<T> {
  return new Promise((resolve) => target.once(name, resolve));
}

const lastQuestion = (event: BackendEvent): Question => asked.findLast(([each]) => each === event)?.[1] ?? {};

describe('BA8 responses of a backend: messages …Result of internal/proxyproto/proxy.proto', () => {
  test.each(Object.entries(EVENTS) as [BackendEvent, string][])(
    'BA8 %s is read by the fields of %sResult',
    (event, name) => {
      expect(Object.keys(RESULTS[event].shape).sort()).toEqual([...fieldsOf(TABLE, `${name}Result`).keys()].sort());
    },
  );

  test('BA8 subs have the fields of SubscribeOptions, and override those of SubscribeOptionOverride', () => {
    const options = RESULTS.connect.shape.subs.unwrap().unwrap().valueType;
    expect(Object.keys(options.shape).sort()).toEqual([...fieldsOf(TABLE, 'SubscribeOptions').keys()].sort());
    const override = options.shape.override.unwrap().unwrap();
    expect(Object.keys(override.shape).sort()).toEqual([...fieldsOf(TABLE, 'SubscribeOptionOverride').keys()].sort());
  });

  test.each(Object.entries(EVENTS) as [BackendEvent, string][])(
    'BA8 null means absent in a response to %s',
    (event, name) => {
      const nulls = [...fieldsOf(TABLE, `${name}Result`).keys()].map((field) => [field, null]);
      expect(RESULTS[event].safeParse(Object.fromEntries(nulls)).error).toBeUndefined();
    },
  );

  test('BA8 values that would grant more than the backend intends are refused', () => {
    const filter = { op: '', key: 'a', cmp: 'eq', val: 'b' };
    expect(RESULTS.subscribe.safeParse({ server_tags_filter: filter }).success).toBe(false);
    expect(RESULTS.connect.safeParse({ subs: { a: { server_tags_filter: filter } } }).success).toBe(false);
  });
});

describe('BA8 requests: messages …Request of internal/proxyproto/proxy.proto', () => {
  test('BA8 have the fields of their messages', async () => {
    answers.set('connect', { result: { user: 'ann', meta: { plan: 'free' } } });
    for (const event of ['publish', 'map_publish', 'map_remove', 'rpc']) answers.set(event, { result: {} });
    const client = await connected({ data: { a: 1 }, name: 'shop', version: '2.0' });
    const subscription = await subscribed(client, 'asked:shape', { data: { b: 2 } });
    await subscription.publish({ c: 3 });
    await client.rpc('add', [1]);
    const map = await subscribedToMap(client, 'map:shape');
    await map.publish('key', { d: 4 });
    await map.remove('key');
    // Requests on expiry are in src/core/backend/application.test.ts, which has a manual clock.
    const events = Object.entries(EVENTS).filter(([event]) => !event.endsWith('refresh')) as [BackendEvent, string][];
    for (const [event, name] of events) {
      const question = lastQuestion(event);
      for (const field of OURS) expect(question).toHaveProperty(field);
      // A connect request has no user: it is not known yet.
      const ours = event === 'connect' ? [...OURS, 'user'] : OURS;
      const theirs = Object.entries(question).filter(([field]) => !ours.includes(field));
      const seen = new Set<string>();
      checkShape(TABLE, `${name}Request`, Object.fromEntries(theirs), seen);
      const fields = [...fieldsOf(TABLE, `${name}Request`).keys()].filter((field) => !NEVER_ASKED.includes(field));
      // `connect` has channels when a client reconnects to those it was subscribed to.
      expect(fields.filter((field) => !seen.has(`${name}Request.${field}`))).toEqual(
        event === 'connect' ? ['channels'] : [],
      );
    }
    expect(lastQuestion('connect')).toMatchObject({
      ...{ transport: 'websocket', protocol: 'json', encoding: 'json', name: 'shop', version: '2.0' },
    });
    expect(lastQuestion('map_remove')).toMatchObject({ channel: 'map:shape', key: 'key', meta: { plan: 'free' } });
  });

  test("BA8 contain the client's transport, protocol and encoding", async () => {
    await connected({}, ProtobufCentrifuge as unknown as typeof Centrifuge);
    expect(lastQuestion('connect')).toMatchObject({ transport: 'websocket', protocol: 'protobuf', encoding: 'json' });
    const endpoint = (path: string) => server.url + path;
    for (const transport of ['http_stream', 'sse'] as const) {
      const transports = [{ transport, endpoint: endpoint(`/connection/${transport}`) }];
      const client = new Centrifuge(transports, {
        emulationEndpoint: endpoint('/emulation'),
        eventsource: (await import('eventsource')).EventSource,
        fetch,
        readableStream: ReadableStream,
      });
      clients.push(client);
      client.connect();
      await client.ready(5_000);
      expect(lastQuestion('connect')).toMatchObject({ transport, protocol: 'json' });
    }
  });
});

type MapChannel = { publish(key: string, data: unknown): Promise<unknown>; remove(key: string): Promise<unknown> };

async function subscribedToMap(client: Centrifuge, channel: string): Promise<MapChannel> {
  const subscription = client.newMapSubscription(channel, { data: { why: 'asked' } });
  subscription.subscribe();
  await subscription.ready(5_000);
  return subscription as unknown as MapChannel;
}

describe('BA8 effects of responses: internal/proxy', () => {
  test.each([
    ['JSON', Centrifuge],
    ['Protobuf', ProtobufCentrifuge as unknown as typeof Centrifuge],
  ])('BA8 data of connect and subscribe reaches the client, as text or bytes: %s', async (_form, Client) => {
    const shown = (data: unknown) => (data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data);
    for (const [form, value] of [
      ['data', { n: 1 }],
      ['b64data', btoa('{"n":1}')],
    ] as const) {
      answers.set('connect', { result: { user: 'ann', [form]: value, b64info: btoa('{"name":"Ann"}') } });
      answers.set('subscribe', { result: { [form]: value, b64info: btoa('{"seat":7}') } });
      const client = new Client(server.socketUrl, { websocket: WebSocket });
      clients.push(client);
      const met = next<{ data: unknown }>(client, 'connected');
      client.connect();
      expect(shown((await met).data)).toEqual({ n: 1 });
      const subscription = client.newSubscription('asked:data');
      const entered = next<{ data: unknown }>(subscription, 'subscribed');
      subscription.subscribe();
      expect(shown((await entered).data)).toEqual({ n: 1 });
      const { clients: present } = await subscription.presence();
      expect(Object.values(present).map(({ connInfo, chanInfo }) => [shown(connInfo), shown(chanInfo)])).toContainEqual(
        [{ name: 'Ann' }, { seat: 7 }],
      );
      client.disconnect();
    }
  });

  test('BA8 a publication is stored, tagged, versioned and delivered as the backend says', async () => {
    const client = await connected();
    const subscription = await subscribed(client, 'asked:publish');
    const heard: unknown[] = [];
    subscription.on('publication', ({ data, tags, offset }) => heard.push([data, tags, offset]));
    const publish = async (result: object) => {
      answers.set('publish', { result });
      await subscription.publish('sent');
    };
    await publish({ data: 'clean', tags: { kind: 'a' } });
    await publish({ b64data: btoa('"bytes"') });
    await publish({ skip_history: true });
    await publish({ idempotency_key: 'once' });
    await publish({ idempotency_key: 'once' });
    await publish({ version: 5 });
    await publish({ version: 4, data: 'old' });
    await publish({ version: 6, data: 'last' });
    await until(() => heard.length >= 6);
    expect(heard).toEqual([
      ...[
        ['clean', { kind: 'a' }, 1],
        ['bytes', undefined, 2],
        ['sent', undefined, undefined],
      ],
      ...[
        ['sent', undefined, 3],
        ['sent', undefined, 4],
        ['last', undefined, 5],
      ],
    ]);
  });

  test('BA8 a map entry is set under the key and conditions the backend returns', async () => {
    const client = await connected();
    const map = await subscribedToMap(client, 'map:terms');
    const heard: unknown[] = [];
    (map as unknown as Subscription).on(
      'update' as never,
      ((update: { key: string; data: unknown }) => {
        heard.push([update.key, update.data]);
      }) as never,
    );
    answers.set('map_publish', { result: { key: 'theirs', data: 1 } });
    await map.publish('mine', 0);
    expect(lastQuestion('map_publish')).toMatchObject({ key: 'mine', data: 0 });
    answers.set('map_publish', { result: { key: 'theirs', key_mode: 'if_new' } });
    await map.publish('mine', 2);
    answers.set('map_publish', { error: { code: 1_002, message: 'no' } });
    await expect(map.publish('mine', 3)).rejects.toMatchObject({ code: 1_002 });
    const { publications } = await client.history('map:terms', { limit: 10 });
    expect(publications.map(({ data }) => data)).toEqual([1]);
  });

  // ErrorFromProto and DisconnectFromProto in internal/proxyproto/convert.go: codes and texts are the backend's.
  test('BA8 errors and disconnects have the codes and texts of the backend', async () => {
    const client = await connected();
    answers.set('subscribe', { error: { code: 103, message: 'permission denied' } });
    const refused = client.newSubscription('asked:errors');
    const left = next<{ code: number; reason: string }>(refused, 'unsubscribed');
    refused.subscribe();
    expect(await left).toMatchObject({ code: 103, reason: 'permission denied' });
    answers.set('rpc', { error: { code: 70_000, message: 'of our own', temporary: true } });
    await expect(client.rpc('x', {})).rejects.toMatchObject({ code: 70_000, temporary: true });
    answers.set('rpc', {});
    expect((await client.rpc('x', {})).data ?? null).toBeNull();
    answers.set('rpc', { disconnect: { code: 4_502, reason: 'out with you' } });
    const gone = next<{ code: number; reason: string }>(client, 'disconnected');
    client.rpc('x', {}).catch(() => undefined);
    expect(await gone).toMatchObject({ code: 4_502, reason: 'out with you' });
  });

  test('PE1 a response without a result grants nothing, where Centrifugo allows it', async () => {
    const client = await connected();
    answers.set('subscribe', {});
    const refused = client.newSubscription('asked:nothing');
    const left = next<{ code: number }>(refused, 'unsubscribed');
    refused.subscribe();
    expect((await left).code).toBe(103);
  });
});
