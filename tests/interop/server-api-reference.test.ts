import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { JsonText } from '../../src/core/text/raw-json.ts';
import { REFUSED_METHODS } from '../../src/protocols/server-api/refused-methods.ts';
import { type Method, REQUESTS, withoutZeros } from '../../src/protocols/server-api/requests.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import api from './centrifugo/api.json';
import { checkShape, fieldsOf, type ProtoTable, snakeOf } from './centrifugo/shapes.ts';
import { until } from './until.ts';

/** Every expected value here comes from these files of Centrifugo 6.9.1. */
const TABLE: ProtoTable = api;
const METHODS = Object.keys(REQUESTS) as Method[];
/** How a method's messages are named. */
const NAMES = new Map(TABLE.methods.map((name) => [snakeOf(name), name]));

/** Fields we refuse by name if they are set. */
const REFUSED_FIELDS = new Map<string, unknown>([
  ['label_filter', { op: 'eq' }],
  ['all_users', true],
  ['score', 5],
  ['stream_data', 1],
  ['b64stream_data', 'MQ=='],
  ['epoch', 'x'],
]);
/** Request fields that are ignored: the namespace decides, or there is only one order. */
const PASSED_OVER = ['delta', 'asc'];
/** Result fields that Centrifugo, too, omits unless configured. */
const NEVER = ['NodeResult.metrics', 'NodeResult.process'];

describe('SA1 requests of the server API: internal/apiproto/api.proto, service CentrifugoApi', () => {
  test('SA1 every method exists or is refused by name', () => {
    const known = [...METHODS, ...REFUSED_METHODS.keys(), 'batch'];
    expect(known.sort()).toEqual([...NAMES.keys()].sort());
  });

  test.each(METHODS)('SA1 %s takes the fields of its message', (method) => {
    const { shape } = REQUESTS[method];
    const fields = fieldsOf(TABLE, `${NAMES.get(method)}Request`);
    expect(Object.keys(shape).sort()).toEqual([...fields.keys()].sort());
  });

  test.each(METHODS)('SA1 %s refuses a field of another type, by its name', (method) => {
    for (const [name, field] of fieldsOf(TABLE, `${NAMES.get(method)}Request`)) {
      if (field.type === 'bytes' || isRefused(method, name)) continue;
      const wrong = field.type === 'string' && field.many === undefined ? 5 : 'wrong';
      const issues = issuesOf(method, { [name]: wrong });
      expect([method, name, issues.includes(name)]).toEqual([method, name, true]);
    }
  });

  test.each(METHODS)('SA1 %s refuses by name what would be dangerous to ignore', (method) => {
    for (const [name] of fieldsOf(TABLE, `${NAMES.get(method)}Request`)) {
      if (!isRefused(method, name)) continue;
      expect([name, issuesOf(method, { [name]: REFUSED_FIELDS.get(name) }).includes(name)]).toEqual([name, true]);
    }
  });

  test.each(METHODS)('SA1 %s treats null and zero values as absent', (method) => {
    const fields = fieldsOf(TABLE, `${NAMES.get(method)}Request`);
    for (const zero of [() => null, zeroOf]) {
      const written = [...fields]
        .filter(([, { type }]) => type !== 'bytes')
        .map(([name, field]) => [name, zero(field)]);
      const required = METHODS_WITHOUT_DEFAULTS[method] ?? [];
      expect(issuesOf(method, Object.fromEntries(written)).sort()).toEqual([...required].sort());
    }
  });
});

/** Required fields of each method: the checks at the beginning of each in internal/api/api.go. */
const METHODS_WITHOUT_DEFAULTS: Readonly<Partial<Record<Method, readonly string[]>>> = {
  publish: ['channel'],
  broadcast: ['channels'],
  subscribe: ['channel'],
  presence: ['channel'],
  presence_stats: ['channel'],
  history: ['channel'],
  history_remove: ['channel'],
  rpc: ['method'],
  map_publish: ['channel', 'key'],
  map_remove: ['channel', 'key'],
  map_read_state: ['channel'],
  map_read_stream: ['channel'],
  map_stats: ['channel'],
  map_clear: ['channel'],
  shared_poll_publish: ['channel', 'key', 'version'],
};

function isRefused(method: Method, name: string): boolean {
  return REFUSED_FIELDS.has(name) && (name !== 'epoch' || method === 'shared_poll_publish');
}

function zeroOf({ type, many }: { readonly type: string; readonly many: string | undefined }): unknown {
  if (many === 'list') return [];
  if (many === 'map') return {};
  if (TABLE.messages[type] !== undefined) return null;
  return type === 'string' ? '' : type === 'bool' ? false : 0;
}

/** The invalid fields, with the application's JSON as the schema receives it. */
function issuesOf(method: Method, params: object): string[] {
  const raw = ['data', 'info', 'params'].filter((name) => name in params);
  const given = { ...params, ...Object.fromEntries(raw.map((name) => [name, new JsonText('1')])) };
  const parsed = REQUESTS[method].safeParse(withoutZeros(given));
  return parsed.error?.issues.map(({ path }) => String(path[0])) ?? [];
}

const KEY = '0123456789abcdef-reference';
const ALLOWED = 'POST, OPTIONS';
const SECRET = 'a secret that is shared with one application only';
let server: BanyanProcess;
let client: Centrifuge;

beforeAll(async () => {
  server = await startBanyan({
    ...{
      BANYAN_API_KEYS: KEY,
      BANYAN_TOKEN_SECRET: SECRET,
      BANYAN_POLL_SECRET: 'the key that signs tracked items',
    },
    BANYAN_NAMESPACES: JSON.stringify({
      map: { type: 'map', history: 'memory', historySize: 100 },
      passing: { type: 'map' },
      poll: { type: 'sharedPoll', pollUrl: 'http://localhost:9/', pollVersions: true },
    }),
  });
  const token = await new SignJWT({ info: { name: 'Ann' } })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .sign(new TextEncoder().encode(SECRET));
  client = new Centrifuge(server.socketUrl, { websocket: WebSocket, token });
  client.connect();
  await client.ready(5_000);
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: what is in an answer is what the tests are about.
type Body = any;
type Call = { readonly path: string; readonly body: string; readonly headers?: Record<string, string> };

async function post({ path, body, headers = { 'X-API-Key': KEY } }: Call): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/api${path}`, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

async function call(method: string, params: unknown): Promise<Body> {
  return JSON.parse((await post({ path: `/${method}`, body: JSON.stringify(params) })).text);
}

/** Calls of each method whose responses together have every field of its result. */
const CALLS: readonly (readonly [Method, object])[] = [
  ['subscribe', { user: 'ann', channel: 'demo:reference', info: { seat: 1 } }],
  ['publish', { channel: 'demo:reference', data: { n: 1 }, tags: { kind: 'a' } }],
  ['publish', { channel: 'demo:shown', data: 1, tags: { kind: 'a' } }],
  ['broadcast', { channels: ['demo:reference', 'nowhere:x'], data: 1 }],
  ['presence', { channel: 'demo:reference' }],
  ['presence_stats', { channel: 'demo:reference' }],
  ['history', { channel: 'demo:shown', limit: -1 }],
  ['history_remove', { channel: 'demo:reference' }],
  ['channels', {}],
  ['info', {}],
  ['refresh', { user: 'ann' }],
  ['unsubscribe', { user: 'ann', channel: 'demo:elsewhere' }],
  ['disconnect', { user: 'nobody' }],
  ['map_publish', { channel: 'map:m', key: 'a', data: 1, tags: { kind: 'a' } }],
  ['map_publish', { channel: 'map:m', key: 'a', data: 2, key_mode: 'if_new' }],
  ['map_publish', { channel: 'map:m', key: 'b', data: 2 }],
  ['map_remove', { channel: 'map:m', key: 'b' }],
  ['map_remove', { channel: 'map:m', key: 'b' }],
  ['map_publish', { channel: 'map:m', key: 'c', data: 3 }],
  ['map_read_state', { channel: 'map:m', limit: 1 }],
  ['map_read_stream', { channel: 'map:m', limit: -1 }],
  ['map_stats', { channel: 'map:m' }],
  ['map_clear', { channel: 'map:m' }],
  ['shared_poll_publish', { channel: 'poll:p', key: 'a', data: 1, version: 1 }],
];

describe('SA2 responses of the server API: internal/apiproto/api.proto and api.pb.go', () => {
  test('SA2 have exactly the fields of their messages', async () => {
    const shown = client.newSubscription('demo:shown');
    shown.subscribe();
    await shown.ready(5_000);
    await shown.publish({ by: 'ann' });
    const seen = new Set<string>();
    for (const [method, params] of CALLS) {
      const body = await call(method, params);
      expect([method, Object.keys(body)]).toEqual([method, ['result']]);
      checkShape(TABLE, `${NAMES.get(method)}Response`, body, seen);
    }
    // `rpc` is in tests/interop/backend.test.ts, as it needs a backend.
    const methods = new Set(CALLS.map(([method]) => method));
    expect(METHODS.filter((method) => !methods.has(method))).toEqual(['rpc']);
    const results = METHODS.map((method) => `${NAMES.get(method)}Result`).filter((name) => name !== 'RPCResult');
    for (const message of [...results, 'ClientInfo', 'Publication', 'ChannelInfo', 'NodeResult']) {
      const fields = [...fieldsOf(TABLE, message).keys()].map((name) => `${message}.${name}`);
      expect(fields.filter((field) => !seen.has(field) && !NEVER.includes(field))).toEqual([]);
    }
    // Entries have no score.
    expect([...fieldsOf(TABLE, 'MapEntry').keys()].filter((name) => !seen.has(`MapEntry.${name}`))).toEqual(['score']);
  });

  test('SA2 a batch has its replies at the top, each under the name of its command: BatchResponse, Reply', async () => {
    const commands = [...CALLS.map(([method, params]) => ({ [method]: params })), { publish: { channel: '' } }, null];
    for (const parallel of [false, true]) {
      const body = await call('batch', { commands, parallel });
      checkShape(TABLE, 'BatchResponse', body);
      expect(body.replies.map((reply: object) => Object.keys(reply)[0])).toEqual([
        ...CALLS.map(([method]) => method),
        ...['error', 'error'],
      ]);
      expect(body.replies.at(-2).error.code).toBe(107);
    }
  });

  // LegacyCommand, LegacyReply and handleAPI in internal/api/handler_legacy.go.
  test('SA2 the older form accepts commands one after another, by name or number, and repeats their ids', async () => {
    const body = `{"id":7,"method":"presence_stats","params":{"channel":"demo:x"}}
      {"id":8,"method":"PUBLISH","params":{"channel":"demo:x",
        "data":{"a":"}{"}}}{"method":4,"params":{"channel":"nowhere:x"}}`;
    const { status, text } = await post({ path: '', body });
    expect(status).toBe(200);
    expect(text.split('\n').map((line) => JSON.parse(line))).toEqual([
      { id: 7, result: { num_clients: 0, num_users: 0 } },
      { id: 8, result: { offset: expect.any(Number), epoch: expect.any(String) } },
      { error: { code: 102, message: 'unknown channel' } },
    ]);
    for (const wrong of ['', '{"method":"info"} {', '[]', 'null']) {
      expect([wrong, (await post({ path: '', body: wrong })).status]).toEqual([wrong, 400]);
    }
  });

  // internal/apiproto/errors.go, and `useTransportErrorMode` in internal/api/handler.go.
  test.each([
    ['publish', { channel: 'nowhere:x', data: 1 }, 102, 404],
    ['publish', { data: 1 }, 107, 400],
    ['publish', { channel: 'demo:x' }, 107, 400],
    ['publish', { channel: 'map:x', data: 1 }, 107, 400],
    ['map_publish', { channel: 'demo:x', key: 'a', data: 1 }, 107, 400],
    ['map_publish', { channel: 'map:x', key: 'a', data: 1, key_mode: 'never' }, 107, 400],
    ['map_publish', { channel: 'passing:x', key: 'a', data: 1, version: 1 }, 107, 400],
    ['shared_poll_publish', { channel: 'poll:x', key: 'a', data: 1 }, 107, 400],
    ['presence', { channel: 'log:x' }, 108, 400],
    ['history', { channel: 'passing:x' }, 108, 400],
    ['history', { channel: 'log:x', limit: 1, since: { offset: 1, epoch: 'other' } }, 112, 416],
    ['map_read_state', { channel: 'map:x', revision_offset: 1, revision_epoch: 'other' }, 112, 416],
    ['map_read_stream', { channel: 'map:x', since_offset: 1, since_epoch: 'other', limit: 1 }, 112, 416],
    ['rpc', { method: 'nothing' }, 104, 404],
  ] as const)(
    'SA3 %s %j fails with %i under status 200, or with status %i if the caller requests it',
    async (method, params, code, status) => {
      const body = JSON.stringify(params);
      const plain = await post({ path: `/${method}`, body });
      expect([plain.status, JSON.parse(plain.text).error.code]).toEqual([200, code]);
      const headers = { 'X-API-Key': KEY, 'X-Centrifugo-Error-Mode': 'transport' };
      const told = await post({ path: `/${method}`, body, headers });
      expect([told.status, Object.keys(JSON.parse(told.text)), JSON.parse(told.text).code]).toEqual([
        status,
        ['code', 'message'],
        code,
      ]);
    },
  );

  test('SA3 a method of Centrifugo PRO has status 404, and 104 in a batch, with the reason', async () => {
    for (const method of REFUSED_METHODS.keys()) {
      const { status, text } = await post({ path: `/${method}`, body: '{}' });
      expect([status, JSON.parse(text).error.code]).toEqual([404, 104]);
    }
    const { replies } = await call('batch', { commands: [{ device_list: {} }, { unheard_of: {} }] });
    expect(replies).toMatchObject([
      { error: { code: 104, message: 'device_list: this server does not send push notifications' } },
      { error: { code: 104 } },
    ]);
  });

  test('SA3 a body that is not JSON gets status 400', async () => {
    for (const path of ['/publish', '/batch']) expect((await post({ path, body: '{' })).status).toBe(400);
  });

  test('SA3 other methods than POST are refused before authentication: internal/middleware/method.go', async () => {
    for (const path of ['', '/publish', '/batch', '/device_list']) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
        const response = await fetch(`${server.url}/api${path}`, { method });
        expect([method, path, response.status, response.headers.get('allow')]).toEqual([method, path, 405, ALLOWED]);
      }
    }
    expect((await fetch(`${server.url}/api/nothing`)).status).toBe(404);
  });

  // An empty name is not a channel: `Broadcast` in internal/api/api.go.
  test('SA3 an empty channel of a broadcast is an error of its own', async () => {
    const { responses } = (await call('broadcast', { channels: ['', 'demo:cast'], data: 1 })).result;
    expect(responses).toMatchObject([{ error: { code: 107 } }, { result: {} }]);
  });

  // internal/middleware/auth.go
  test('PE1 the key is in a header of either form, or in the query', async () => {
    const status = async (path: string, headers: Record<string, string>) =>
      (await post({ path: `/info${path}`, body: '{}', headers })).status;
    expect(await status('', { 'X-API-Key': KEY })).toBe(200);
    for (const scheme of ['apikey', 'ApiKey'])
      expect(await status('', { Authorization: `${scheme} ${KEY}` })).toBe(200);
    expect(await status(`?api_key=${KEY}`, {})).toBe(200);
    expect(await status(`?api_key=${KEY}`, { 'X-API-Key': 'wrong' })).toBe(200);
    expect(await status('', { 'X-API-Key': 'wrong', Authorization: `apikey ${KEY}` })).toBe(401);
    for (const wrong of [`apikey ${KEY} x`, `bearer ${KEY}`, KEY, 'apikey']) {
      expect([wrong, await status('', { Authorization: wrong })]).toEqual([wrong, 401]);
    }
    for (const query of ['?api_key=', '?api_key=wrong', `?key=${KEY}`, '']) expect(await status(query, {})).toBe(401);
  });
});

// `Client.Subscribe` in client.go of centrifuge: `ErrorAlreadySubscribed`. The API answers there with error 100, which
// makes callers retry forever; here the call succeeds, wherever the user is.
test('SA4 a repeated subscribe leaves the subscription unchanged', async () => {
  const channel = 'demo:twice';
  const seat = async () => {
    const { presence } = (await call('presence', { channel })).result;
    return Object.values(presence as Record<string, Body>).map(({ chan_info }) => chan_info);
  };
  const subscribe = (n: number) => call('subscribe', { user: 'ann', channel, info: { seat: n } });
  expect(await subscribe(1)).toEqual({ result: {} });
  await until(async () => (await seat()).length > 0);
  expect(await subscribe(2)).toEqual({ result: {} });
  expect(await seat()).toEqual([{ seat: 1 }]);
  await call('unsubscribe', { user: 'ann', channel });
  await subscribe(3);
  await until(async () => (await seat()).length > 0);
  expect(await seat()).toEqual([{ seat: 3 }]);
  await call('unsubscribe', { user: 'ann', channel });
});

describe('methods of maps: internal/api/api.go and map_broker.go of centrifuge', () => {
  const publish = (key: string, data: unknown, more: object = {}) =>
    call('map_publish', { channel: 'map:acts', key, data, ...more }).then(({ result }) => result);
  const state = async (more: object = { limit: -1 }) =>
    (await call('map_read_state', { channel: 'map:acts', ...more })).result;

  test('MA11 an entry is set only if the caller’s condition holds, and the response says why not', async () => {
    expect(await publish('a', 1, { key_mode: 'if_exists' })).toMatchObject({
      suppressed: true,
      suppress_reason: 'key_not_found',
    });
    expect(await publish('a', 1, { key_mode: 'if_new' })).toMatchObject({ offset: 1 });
    expect(await publish('a', 2, { key_mode: 'if_new' })).toMatchObject({
      offset: 1,
      suppressed: true,
      suppress_reason: 'key_exists',
    });
    expect(await publish('a', 3, { key_mode: 'if_exists' })).toMatchObject({ offset: 2 });
    expect((await state()).entries.map(({ key, data }: Body) => [key, data])).toEqual([['a', 3]]);
    // Of concurrent calls one wins, whatever order they reach the log in.
    const commands = Array.from({ length: 20 }, (_, n) => ({
      map_publish: { channel: 'map:acts', key: 'race', data: n, key_mode: 'if_new' },
    }));
    const { replies } = await call('batch', { commands, parallel: true });
    expect(replies.filter(({ map_publish }: Body) => map_publish.suppressed !== true)).toHaveLength(1);
  });

  test('MA11 versions are per entry, and a repeated key gets its first response', async () => {
    const first = await publish('v', 1, { version: 5, idempotency_key: 'once' });
    expect(await publish('v', 1, { version: 5, idempotency_key: 'once' })).toEqual({
      ...first,
      ...{ suppressed: true, suppress_reason: 'idempotency' },
    });
    expect(await publish('v', 2, { version: 5 })).toMatchObject({ suppressed: true, suppress_reason: 'version' });
    expect(await publish('w', 2, { version: 1 })).not.toHaveProperty('suppressed');
    expect(await publish('v', 3, { version: 6 })).not.toHaveProperty('suppressed');
    expect(await publish('v', 4, { version: 1, version_epoch: 'new' })).not.toHaveProperty('suppressed');
    expect(await publish('v', 5)).not.toHaveProperty('suppressed');
    expect(await publish('v', 6, { version: 1, version_epoch: 'new' })).toMatchObject({ suppress_reason: 'version' });
  });

  test('the state is read in pages, by key, or not at all', async () => {
    await call('map_clear', { channel: 'map:acts' });
    expect((await state()).entries).toEqual([]);
    for (const key of ['b', 'a', 'c']) await publish(key, key);
    const first = await state({ limit: 2 });
    expect(first.entries.map(({ key }: Body) => key)).toEqual(['a', 'b']);
    const second = await state({ limit: 2, cursor: first.cursor });
    expect([second.entries.map(({ key }: Body) => key), second.cursor]).toEqual([['c'], undefined]);
    expect((await state({ limit: 0 })).entries).toEqual([]);
    expect((await state({ key: 'b' })).entries.map(({ data }: Body) => data)).toEqual(['b']);
    expect((await state({ key: 'z' })).entries).toEqual([]);
    expect((await call('map_stats', { channel: 'map:acts' })).result).toEqual({ num_keys: 3 });
  });
});

test('SA1 ignored fields change nothing', async () => {
  expect(PASSED_OVER).toEqual(['delta', 'asc']);
  expect(await call('publish', { channel: 'demo:delta', data: 1, delta: true })).toMatchObject({
    result: { offset: 1 },
  });
  expect(await call('map_read_state', { channel: 'map:none', asc: true, limit: 1 })).toMatchObject({
    result: { entries: [] },
  });
});
