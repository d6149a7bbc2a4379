import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import PusherServer from 'pusher';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Collector } from '../servers/collector.ts';
import { type LogRecord, Records } from '../servers/records.ts';
import { until } from './until.ts';

/** All different, and unlikely to occur by chance; each at least 32 characters. */
const secret = (door: string) => `do-not-tell-${door}-${'x'.repeat(24)}`;
const APP = { id: '7', key: 'an-app-key-that-pages-show', secret: secret('app') };
/** A port without a listener. */
const NOWHERE = 'http://127.0.0.1:9';
const NAMESPACES = {
  asked: { subscribe: 'backend', publish: 'backend' },
  free: { subscribe: 'everyone', publish: 'everyone', history: 'durable' },
};

let collector: Collector;
let server: BanyanProcess;
const records = new Records();
const closing: (() => void)[] = [];

beforeAll(async () => {
  collector = new Collector();
  const backend = (event: string) => `${NOWHERE}/${event}?key=${secret('backend-url')}`;
  server = await startBanyan(
    {
      BANYAN_LOG_LEVEL: 'debug',
      BANYAN_LOG_FORMAT: 'json',
      BANYAN_CLIENT_ANONYMOUS: 'true',
      BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
      BANYAN_TOKEN_SECRET: secret('token-secret'),
      BANYAN_TOKEN_JWKS_URL: `${NOWHERE}/keys?key=${secret('keys-url')}`,
      BANYAN_API_KEYS: secret('api-key'),
      BANYAN_METRICS_TOKEN: secret('metrics'),
      BANYAN_BACKEND_SECRET: secret('backend'),
      BANYAN_POLL_SECRET: secret('poll'),
      BANYAN_BACKEND_URLS: JSON.stringify({
        subscribe: backend('subscribe'),
        publish: backend('publish'),
        rpc: backend('rpc'),
      }),
      BANYAN_BACKEND_TIMEOUT_MS: '500',
      BANYAN_PUSHER_APPS: JSON.stringify([
        { ...APP, webhooks: [{ url: `${NOWHERE}/hook?key=${secret('hook-url')}` }] },
      ]),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${secret('collector')}`,
    },
    records.through,
  );
});
afterAll(async () => {
  for (const close of closing.splice(0)) close();
  await server.stop();
  await collector.stop();
  records.remove();
});

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url, ...headers },
    body,
  });

/** Calls an operation with a cookie, and returns the new cookie. */
async function call(name: string, input: object, cookie = ''): Promise<string> {
  const response = await post(`/api/v1/${name}`, JSON.stringify(input), { Cookie: cookie });
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

function centrifuge(token: string): Centrifuge {
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, token });
  closing.push(() => client.disconnect());
  client.connect();
  return client;
}

const ended = (work: Promise<unknown>) => work.catch(() => undefined);

/** All requests of a client or backend that contain a secret, valid and invalid. */
async function sayAllSecrets(): Promise<string> {
  const password = secret('password');
  const cookie = await call('accounts.register', { handle: 'ann', password, invite: server.ownerInvite });
  expect(cookie).not.toBe('');
  await call('accounts.signIn', { login: 'ann', password: secret('wrong-password') });
  await call('accounts.signIn', { login: 'ann', password });
  await call('accounts.changePassword', { current: password, next: secret('next-password') }, cookie);
  await fetch(`${server.url}/join/${secret('invite')}`, { headers: { Accept: 'text/html' } });
  await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${secret('metrics')}` } });
  for (const key of [secret('api-key'), secret('wrong-api-key')]) {
    await post('/api/publish', JSON.stringify({ channel: 'free:x', data: secret('said') }), { 'X-API-Key': key });
    await post('/api/nothing', '{}', { Authorization: `apikey ${key}` });
  }
  await post(`/publish?channel=free:x&token=${secret('query-token')}`, '1');
  await post('/publish?channel=free:x', `"${secret('said')}"`, { Authorization: `Bearer ${secret('bearer')}` });
  await post('/publish?channel=asked:x', `"${secret('said')}"`);
  await fetch(`${server.url}/sse?channel=free:x&token=${secret('query-token')}`);
  await fetch(`${server.url}/poll?channel=free:x&token=${secret('query-token')}`);
  await clientsSay();
  await backendsSay();
  return cookie;
}

async function clientsSay(): Promise<void> {
  // A token whose header requests a key from elsewhere, where nobody listens.
  const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'k' })).toString('base64url');
  for (const token of [secret('token'), `${head}.e30.${secret('signature')}`]) {
    const refused = centrifuge(token);
    await ended(refused.ready(2_000));
  }
  const client = centrifuge('');
  await client.ready(5_000);
  await ended(client.publish('asked:x', secret('said')));
  await ended(client.publish('free:x', secret('said')));
  await ended(client.rpc('answer', secret('said')));
  const subscription = client.newSubscription('asked:y', { token: secret('subscription') });
  subscription.subscribe();
  await ended(subscription.ready(1_000));
  const socket = io(server.url, { forceNew: true, transports: ['websocket'], auth: { token: secret('auth') } });
  closing.push(() => socket.disconnect());
  await new Promise((resolve) => socket.once('connect_error', resolve));
}

async function backendsSay(): Promise<void> {
  const { hostname: host, port } = new URL(server.url);
  for (const appSecret of [APP.secret, secret('wrong-app')]) {
    const app = new PusherServer({ appId: APP.id, key: APP.key, secret: appSecret, host, port, useTLS: false });
    await ended(app.trigger('orders', 'paid', secret('said')));
  }
  await fetch(`${server.url}/apps/${APP.id}/channels?auth_key=${APP.key}&auth_signature=${secret('auth-signature')}`);
}

test('OB7 neither secrets nor message content appear in the log or in a trace', async () => {
  const cookie = await sayAllSecrets();
  const [, session = 'no cookie'] = /=([^;]+)/.exec(cookie) ?? [];
  await until(() => collector.spans.some(({ name }) => name === 'POST /apps/:app/*'));
  await until(() => records.of('command.failed').length > 0);
  await until(() => records.of('account.signed_in').length > 0);
  expect(collector.headers.get('x-key')).toBe(secret('collector'));
  const told = `${records.text()}${JSON.stringify(collector.spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}`;
  expect(told.match(/do-not-tell-[a-z-]+/g) ?? []).toEqual([]);
  expect(told).not.toContain(session);
}, 30_000);

describe('OB6 log records', () => {
  test('OB6 are one JSON object per line with level, time and event, and fields of consistent types', () => {
    const all = records.all();
    expect(all.length).toBeGreaterThan(3);
    for (const { level, time, event, ...fields } of all) {
      expect(['debug', 'info', 'warn', 'error']).toContain(level);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(event).toMatch(/^[a-z_]+\.[a-z_]+$/);
      for (const name of Object.keys(fields)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  test('OB6 contain the id of the span they belong to', async () => {
    const found = (event: string, fits: (record: LogRecord) => boolean = () => true) =>
      records.of(event).find(fits) as LogRecord;
    for (const record of [
      found('command.failed', ({ command }) => command === 'publish'),
      found('account.registered'),
      found('account.signed_in'),
      found('account.password_changed'),
    ]) {
      const span = await collector.span(
        record.event,
        ({ traceId, spanId }) => traceId === record.trace_id && spanId === record.span_id,
      );
      expect(span.kind).toBe('server');
    }
  });
});
