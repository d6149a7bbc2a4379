import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { io } from 'socket.io-client';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf, register } from '../servers/people.ts';
import { API_KEY } from './ways/way.ts';

const APP = 'https://app.example.org';
const PUSHER = { id: 'one', key: 'one', secret: 'a secret for the tests of HEAD', namespace: 'demo' };

let server: BanyanProcess;
/** Lets any page connect. */
let open: BanyanProcess;
beforeAll(async () => {
  const env = { BANYAN_API_KEYS: API_KEY, BANYAN_METRICS_ADDRESSES: '127.0.0.1' };
  [server, open] = await Promise.all([
    startBanyan({
      ...{ ...env, BANYAN_CLIENT_INSECURE: 'true', BANYAN_PUSHER_APPS: JSON.stringify([PUSHER]) },
    }),
    startBanyan({ ...env, BANYAN_ALLOWED_ORIGINS: APP, BANYAN_ADDRESS_CONNECTS_PER_SECOND: '0' }),
  ]);
});
afterAll(() => Promise.all([server.stop(), open.stop()]));

type Answer = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string };

/** With Node's own client: `fetch` would hide a body that must not be there. */
function ask(url: string, method: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication */
function signed(method: string, path: string): string {
  const query = [
    ...[`auth_key=${PUSHER.key}`, `auth_timestamp=${Math.floor(Date.now() / 1_000)}`, 'auth_version=1.0'],
    ...(method === 'POST' ? [`body_md5=${createHash('md5').update('').digest('hex')}`] : []),
  ].join('&');
  const signature = createHmac('sha256', PUSHER.secret).update(`${method}\n${path}\n${query}`).digest('hex');
  return `${path}?${query}&auth_signature=${signature}`;
}

/** Values that may differ between responses. */
const PASSING = ['date', 'connection', 'keep-alive'];

function lasting(headers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !PASSING.includes(name)));
}

describe('HX1 HEAD', () => {
  // RFC 9110 section 9.3.2: the same header fields as GET, and section 8.6: no other length than that of GET.
  test.each([
    ...['/', '/admin', '/livez', '/api/v1', '/api/openapi.json', '/api/docs', '/api/docs/swagger-ui.css'],
    ...['/history?channel=demo:a', '/presence?channel=demo:a', '/api/rooms/a/messages', '/socket.io/socket.io.js'],
    ...['/nowhere', '/history', '/poll?channel=unknown:a', '/sse', '/api/v1/accounts.me'],
  ])('%s is answered like GET, without a body', async (path) => {
    const get = await ask(server.url + path, 'GET', { Accept: 'text/html' });
    const head = await ask(server.url + path, 'HEAD', { Accept: 'text/html' });
    expect([head.status, head.body]).toEqual([get.status, '']);
    expect(lasting(head.headers)).toEqual(lasting(get.headers));
  });

  test.each(['/readyz', '/metrics'])('%s, whose text changes, too', async (path) => {
    const head = await ask(server.url + path, 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  });

  test('a list of the Pusher API, signed as HEAD', async () => {
    const head = await ask(server.url + signed('HEAD', '/apps/one/channels'), 'HEAD');
    expect([head.status, head.body, Number(head.headers['content-length'])]).toEqual([
      200,
      '',
      '{"channels":{}}'.length,
    ]);
    expect((await ask(server.url + signed('GET', '/apps/one/channels'), 'HEAD')).status).toBe(401);
  });

  test('an endless stream is answered with its headers, ends, and adds no presence', async () => {
    for (const path of [
      '/sse?channel=demo:head',
      '/connection/sse?cf_connect=%7B%22id%22%3A1%2C%22connect%22%3A%7B%7D%7D',
    ]) {
      const head = await ask(server.url + path, 'HEAD');
      expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', undefined]);
      expect(String(head.headers['content-type'])).toStartWith('text/event-stream');
    }
    for (const deadline = Date.now() + 10_000; ; await Bun.sleep(5)) {
      const { body } = await ask(`${server.url}/metrics`, 'GET');
      if (/^banyan_connections 0$/m.test(body)) break;
      if (Date.now() > deadline) throw new Error('its session goes on');
    }
  });

  test('a poll does not wait', async () => {
    const { body } = await ask(`${server.url}/poll?channel=demo:head`, 'GET');
    const cursor = encodeURIComponent((JSON.parse(body) as { readonly cursor: string }).cursor);
    expect((await ask(`${server.url}/poll?channel=demo:head&timeout=55&cursor=${cursor}`, 'HEAD')).status).toBe(200);
  }, 5_000);

  test('has no effect where only POST has one', async () => {
    for (const path of [
      '/publish?channel=demo:head',
      '/connection/http_stream',
      '/emulation',
      '/api/v1/accounts.signIn',
    ]) {
      const head = await ask(server.url + path, 'HEAD');
      expect([head.status, head.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    }
  });
});

describe('HX2 a page of another origin', () => {
  const from = { Origin: APP };

  test('may read Retry-After and the other headers it needs', async () => {
    const wrong = await fetch(`${open.url}/history`, { headers: from });
    expect(wrong.status).toBe(400);
    const exposed = wrong.headers.get('Access-Control-Expose-Headers')?.split(', ') ?? [];
    // https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name: all other headers are hidden from the page.
    for (const header of ['Retry-After', 'Allow', 'ETag']) expect(exposed).toContain(header);
  });

  test('may send requests with credentials, as Socket.IO does with withCredentials', async () => {
    for (const path of [
      '/socket.io/?EIO=4&transport=polling',
      '/poll',
      '/publish',
      '/connection/http_stream',
      '/emulation',
    ]) {
      const preflight = await fetch(open.url + path, { method: 'OPTIONS', headers: from });
      expect([preflight.status, preflight.headers.get('Access-Control-Allow-Credentials')]).toEqual([204, 'true']);
      // https://fetch.spec.whatwg.org/#cors-protocol-and-credentials: with credentials no header may be `*`.
      for (const [name, value] of preflight.headers) if (name.startsWith('access-control')) expect(value).not.toBe('*');
      expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(APP);
    }
    const evil = await fetch(`${open.url}/poll`, { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } });
    expect([evil.status, evil.headers.get('Access-Control-Allow-Credentials')]).toEqual([403, null]);
  });

  test("is not authenticated by a person's cookie, with credentials or without", async () => {
    const ann = await register(open, 'ann', open.ownerInvite ?? '');
    const owner = clientOf(open, ann);
    const group = await owner.call('chat.createGroup', { title: 'Ours', members: [], key: 'k-12345678' });
    const cookie = { Cookie: ann.cookie() };
    const room = encodeURIComponent(`room:${group.id}`);
    // The cookie is valid when sent by a page of this origin.
    const own = await fetch(`${open.url}/sse?channel=${room}`, { headers: cookie });
    expect(own.status).toBe(200);
    await own.body?.cancel();
    for (const path of [
      `/history?channel=${room}`,
      `/poll?channel=${room}`,
      `/sse?channel=${room}`,
      `/presence?channel=${room}`,
    ]) {
      const answer = await fetch(open.url + path, { headers: { ...cookie, ...from }, credentials: 'include' });
      expect([path, answer.status]).toEqual([path, 401]);
      await answer.body?.cancel();
    }
    const body = '{"id":1,"connect":{}}';
    const stream = await fetch(`${open.url}/connection/http_stream`, {
      method: 'POST',
      headers: { ...cookie, ...from },
      body,
    });
    expect(
      await stream.body
        ?.getReader()
        .read()
        .then(({ value }) => new TextDecoder().decode(value)),
    ).toContain('"code":101');
    const socket = io(open.url, {
      ...{ forceNew: true, transports: ['polling'], withCredentials: true, reconnection: false },
      extraHeaders: { ...cookie, ...from },
    });
    const refused = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(refused.message).toBe('unauthorized');
    socket.disconnect();
    const operation = await fetch(`${open.url}/api/v1/chat.rooms`, { method: 'POST', headers: { ...cookie, ...from } });
    expect([operation.status, operation.headers.get('Access-Control-Allow-Origin')]).toEqual([403, null]);
  });
});
