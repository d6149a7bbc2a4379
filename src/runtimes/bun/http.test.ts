import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defineOperation } from '../../contracts/operation.ts';
import { ANONYMOUS, type Principal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import type { Feature } from '../../core/operations/feature.ts';
import type { BoundOperation, OperationContext } from '../../core/operations/operation.ts';
import { createOperations } from '../../core/operations/operations.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import { createHttp } from './http.ts';
import { BODY_LIMIT, readJsonBody } from './json-body.ts';

const ADA: Principal = { kind: 'user', user: 'u1', role: 'member', device: 'd1' };
const BIG = 'x'.repeat(40_000);

const records: { event: string; fields: Fields }[] = [];
const counted: string[] = [];
const telemetry: Telemetry = {
  record: (_level, event, fields = {}) => records.push({ event, fields }),
  count: (name, labels = {}) => counted.push(`${name} ${labels.status}`),
};

let signedOut = false;
let lastContext: OperationContext | undefined;

function bound(
  name: string,
  handle: BoundOperation['handle'],
  more: { access?: 'anyone' | 'user' | 'admin'; httpOnly?: boolean } = {},
): BoundOperation {
  const { access = 'anyone', httpOnly = false } = more;
  const input = z.object({ text: z.string('must be a text').optional() });
  return {
    operation: defineOperation({ name, summary: 'Does.', access, httpOnly, input, output: z.unknown() }),
    handle,
  };
}

const operations = createOperations([
  bound('test.echo', async (context, input) => {
    lastContext = context;
    return input;
  }),
  bound('test.mine', async () => ({}), { access: 'user' }),
  bound('test.admin', async () => ({}), { access: 'admin' }),
  bound(
    'test.signIn',
    async ({ http }) => {
      http?.responseHeaders.append('Set-Cookie', 'a=1; HttpOnly');
      http?.responseHeaders.append('Set-Cookie', 'b=2; HttpOnly');
    },
    { httpOnly: true },
  ),
  bound('test.limited', async () => {
    throw new ClientError('rateLimited', { retryAfter: 12.2, message: 'too many attempts, wait a little' });
  }),
  bound('test.broken', async () => {
    throw new Error('the secret is 42');
  }),
  bound('test.failing', async () => {
    throw new ClientError('internal', { message: 'the secret is 42' });
  }),
]);

const feature: Feature = {
  name: 'files',
  operations: [],
  route: async (request, principal) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/files/a') return new Response('mine', { headers: { 'Content-Security-Policy': 'sandbox' } });
    if (pathname === '/files/away') return Response.redirect('/files/a');
    if (pathname === '/api/v1/files.upload')
      return Response.json({ by: principal, bytes: (await request.bytes()).length });
    if (pathname === '/files/broken') throw new Error('the secret is 42');
    return undefined;
  },
};

const webRoot = mkdtempSync(join(tmpdir(), 'banyan-web-'));
let server: Bun.Server<undefined>;
let base: string;

beforeAll(async () => {
  await Bun.write(join(webRoot, 'index.html'), '<!doctype html><title>Banyan</title>');
  await Bun.write(join(webRoot, 'assets/app-1a2b3c.js'), `export const big = '${BIG}';`);
  const authenticate = async (headers: Headers): Promise<Principal> => {
    if (headers.get('cookie') === 'banyan=broken') throw new Error('the secret is 42');
    return headers.get('cookie') === 'banyan=ada' && !signedOut ? ADA : ANONYMOUS;
  };
  const settings = { publicUrl: '', trustedProxies: ['127.0.0.1'], webRoot };
  const http = createHttp({ operations, features: [feature], authenticate }, settings, { telemetry });
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, bun) => http.fetch(request, bun.requestIP(request)?.address ?? ''),
  });
  base = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.stop(true);
  rmSync(webRoot, { recursive: true });
});
beforeEach(() => {
  records.length = 0;
  counted.length = 0;
});

type Sent = { headers?: Record<string, string>; body?: Bun.BodyInit | null; method?: string };

function post(path: string, { headers = {}, body = '{}', method = 'POST' }: Sent = {}): Promise<Response> {
  return fetch(base + path, { method, headers: { 'Content-Type': 'application/json', ...headers }, body });
}

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, ...error };
}

describe('an operation', () => {
  test('accepts JSON and returns JSON that is not cached', async () => {
    const response = await post('/api/v1/test.echo', { body: '{"text":"grüße"}' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ text: 'grüße' });
  });

  test('accepts an empty body as {}, and any case of the content type', async () => {
    expect(await (await post('/api/v1/test.echo', { body: '' })).json()).toEqual({});
    expect(await (await fetch(`${base}/api/v1/test.echo`, { method: 'POST' })).json()).toEqual({});
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' };
    expect((await post('/api/v1/test.echo', { headers })).status).toBe(200);
  });

  test('knows the caller, their address and headers', async () => {
    const headers = { Cookie: 'banyan=ada', 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' };
    await post('/api/v1/test.echo', { headers });
    expect(lastContext).toMatchObject({ principal: ADA, address: '192.0.2.7' });
    expect(lastContext?.http?.url).toBe(`https://127.0.0.1:${server.port}/api/v1/test.echo`);
    expect(lastContext?.client).toBeUndefined();
  });

  test('sets several cookies', async () => {
    const response = await post('/api/v1/test.signIn');
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2; HttpOnly']);
    expect(await response.json()).toEqual({});
  });

  test('PE2 refuses anonymous callers and lower roles', async () => {
    expect(await errorOf(await post('/api/v1/test.mine'))).toMatchObject({
      status: 401,
      code: 101,
      name: 'unauthorized',
    });
    const headers = { Cookie: 'banyan=ada' };
    expect(await errorOf(await post('/api/v1/test.admin', { headers }))).toMatchObject({ status: 403, code: 103 });
    expect((await post('/api/v1/test.mine', { headers })).status).toBe(200);
  });

  test('PE3 is refused to a person signed out during the upload of the body', async () => {
    let parts = 0;
    const body = new ReadableStream({
      pull: async (controller) => {
        parts += 1;
        if (parts === 1) return controller.enqueue('{');
        // Long enough for the server to have received the headers.
        await Bun.sleep(50);
        signedOut = true;
        controller.enqueue('}');
        controller.close();
      },
    });
    const answer = await errorOf(await post('/api/v1/test.mine', { headers: { Cookie: 'banyan=ada' }, body }));
    signedOut = false;
    expect(answer).toMatchObject({ status: 401 });
  });

  test('accepts only POST', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${base}/api/v1/test.echo`, { method });
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await errorOf(response)).toMatchObject({ status: 405, name: 'methodNotFound' });
    }
    const options = await fetch(`${base}/api/v1/test.echo`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('that does not exist is 404 in JSON', async () => {
    for (const path of [
      '/api/v1/test.none',
      '/api/v1/a/b',
      '/api/v2',
      '/api/v1/',
      '/api/v1/%00',
      '/api/v1/__proto__',
    ]) {
      expect(await errorOf(await post(path))).toMatchObject({ status: 404, code: 104, name: 'methodNotFound' });
    }
  });
});

describe('an error', () => {
  test('names the field and the rule', async () => {
    expect(await errorOf(await post('/api/v1/test.echo', { body: '{"text":5}' }))).toEqual({
      status: 400,
      code: 400,
      name: 'invalidInput',
      field: 'text',
      message: 'must be a text',
    });
  });

  test('says when to retry', async () => {
    const response = await post('/api/v1/test.limited');
    expect(response.headers.get('retry-after')).toBe('13');
    expect(await errorOf(response)).toMatchObject({ status: 429, name: 'rateLimited', retryAfter: 12.2 });
  });

  test.each(['/api/v1/test.broken', '/api/v1/test.failing'])(
    'that is internal is logged once and not shown: %s',
    async (path) => {
      const response = await post(path);
      expect(await response.clone().text()).not.toContain('secret');
      const { requestId, ...rest } = await errorOf(response);
      expect(rest).toEqual({ status: 500, code: 100, name: 'internal', message: 'internal server error' });
      expect(records).toHaveLength(1);
      expect(records[0]).toMatchObject({
        event: 'http.failed',
        fields: { request_id: requestId as string, path, method: 'POST' },
      });
      expect(records[0]?.fields.error).toContain('the secret is 42');
    },
  );

  test('of a feature route or of authentication is handled the same way', async () => {
    expect(await errorOf(await fetch(`${base}/files/broken`))).toMatchObject({ status: 500, name: 'internal' });
    const headers = { Cookie: 'banyan=broken' };
    expect(await errorOf(await post('/api/v1/test.echo', { headers }))).toMatchObject({
      status: 500,
      name: 'internal',
    });
    expect(records).toHaveLength(2);
  });
});

describe('a body', () => {
  const send = async (body: Bun.BodyInit, headers: Record<string, string> = {}) =>
    errorOf(await post('/api/v1/test.echo', { body, headers }));

  test.each([
    ['half an object', '{"text":'],
    ['a lone quote', '"'],
    ['two values', '{}{}'],
    ['a NaN', '{"text":NaN}'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['zero bytes', new Uint8Array(16)],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['nested a hundred thousand deep', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('of %s is refused with its reason', async (_title, body) => {
    expect(await send(body)).toMatchObject({ status: 400, name: 'invalidInput' });
    expect(records).toHaveLength(0);
  });

  test('that is not an object is refused', async () => {
    for (const body of ['5', '"text"', '[]', 'true']) expect(await send(body)).toMatchObject({ name: 'invalidInput' });
  });

  test('of another type is refused, with content or without', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'multipart/form-data',
    ]) {
      const refused = { status: 400, name: 'badRequest', message: 'the content type must be application/json' };
      expect(await send('{}', { 'Content-Type': type })).toMatchObject(refused);
      expect(await send('', { 'Content-Type': type })).toMatchObject(refused);
    }
    const untyped = await fetch(`${base}/api/v1/test.echo`, { method: 'POST', body: new Uint8Array([0x7b, 0x7d]) });
    expect(await errorOf(untyped)).toMatchObject({ status: 400, name: 'badRequest' });
  });

  test('may be as large as the limit, and not larger', async () => {
    const frame = '{"text":""}'.length;
    const fits = await post('/api/v1/test.echo', { body: `{"text":"${'x'.repeat(BODY_LIMIT - frame)}"}` });
    expect(fits.status).toBe(200);
    expect(await send(`{"text":"${'x'.repeat(BODY_LIMIT - frame + 1)}"}`)).toMatchObject({ status: 413, code: 413 });
  });

  test('is counted as it arrives, whatever Content-Length says', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)),
    });
    expect(await send(endless)).toMatchObject({ status: 413, name: 'tooLarge' });
  });

  test('that never ends does not affect others', async () => {
    const socket = connect(server.port as number, '127.0.0.1');
    socket.write(
      'POST /api/v1/test.echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
    );
    expect((await post('/api/v1/test.echo')).status).toBe(200);
    socket.destroy();
    expect((await post('/api/v1/test.echo')).status).toBe(200);
  });

  test('that breaks off is not a server error', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('the client went')) });
    const broken = new Request(base, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    const error = await readJsonBody(broken).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ClientError', kind: 'badRequest' });
  });
});

describe('a page of another origin', () => {
  const evil = { Origin: 'https://evil.example', Cookie: 'banyan=ada' };

  test('cannot change anything, by any method or path', async () => {
    for (const path of ['/api/v1/test.mine', '/api/v1/files.upload', '/files/a', '/']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const response = await post(path, { method, headers: evil });
        expect(await errorOf(response)).toMatchObject({ status: 403, name: 'permissionDenied' });
      }
    }
  });

  test('is not allowed by a preflight', async () => {
    const headers = { ...evil, 'Access-Control-Request-Method': 'POST' };
    const response = await fetch(`${base}/api/v1/test.mine`, { method: 'OPTIONS', headers });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('of this origin is served', async () => {
    expect((await post('/api/v1/test.mine', { headers: { ...evil, Origin: base } })).status).toBe(200);
  });
});

describe('every response', () => {
  const SECURITY: Record<string, string | RegExp> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': /camera=\(\), microphone=\(\)/,
    'content-security-policy': /^default-src 'self';.*object-src 'none'.*frame-ancestors 'none'$/,
  };
  const answers: readonly [string, string, RequestInit][] = [
    ['a page', '/', {}],
    ['an asset', '/assets/app-1a2b3c.js', {}],
    ['an answer', '/api/v1/test.echo', { method: 'POST' }],
    ['a refusal', '/api/v1/test.mine', { method: 'POST' }],
    ['an inner error', '/api/v1/test.broken', { method: 'POST' }],
    ['a forged request', '/', { method: 'POST', headers: { Origin: 'https://evil.example' } }],
    ['a wrong method', '/api/v1', { method: 'DELETE' }],
    ['a missing page', '/nowhere', {}],
    ['a redirect', '/files/away', { redirect: 'manual' }],
    ['a feature error', '/files/broken', {}],
    ['the documentation', '/api/docs', {}],
    ['no content', '/', { method: 'OPTIONS' }],
    ['a head', '/', { method: 'HEAD' }],
  ];

  test.each([...answers])('has the security headers: %s', async (_title, path, init) => {
    const { headers, status } = await fetch(base + path, init);
    for (const [name, value] of Object.entries(SECURITY)) expect(headers.get(name)).toMatch(value);
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(counted).toEqual([`banyan_http_requests_total ${status}`]);
  });

  test("keeps a feature's stricter policy", async () => {
    const { headers } = await fetch(`${base}/files/a`);
    expect(headers.get('content-security-policy')).toBe('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('requires TLS from clients that used it', async () => {
    const { headers } = await fetch(base, { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('pages', () => {
  const asBrowser = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

  test('are the web app for any path a person opens', async () => {
    for (const path of ['/', '/rooms/r_1', '/join/abc?x=1', '/files/none']) {
      const response = await fetch(base + path, asBrowser);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8']);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    expect((await fetch(base)).status).toBe(200);
  });

  test('are not, for a missing file or API path', async () => {
    for (const [path, init] of [
      ['/rooms/r_1', {}],
      ['/assets/none.js', asBrowser],
      ['/assets/../index.htm', {}],
      ['/api/none', asBrowser],
    ] as const) {
      const response = await fetch(base + path, init);
      expect(await errorOf(response)).toMatchObject({ status: 404 });
    }
  });

  test('accept only reading methods', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await fetch(`${base}/rooms`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  test('of features get the caller', async () => {
    expect(await (await fetch(`${base}/files/a`)).text()).toBe('mine');
    const response = await post('/api/v1/files.upload', { headers: { Cookie: 'banyan=ada' }, body: new Uint8Array(9) });
    expect(await response.json()).toEqual({ by: ADA, bytes: 9 });
  });
});

describe('the API description', () => {
  test('lists the operations', async () => {
    const { operations: listed } = (await (await fetch(`${base}/api/v1`)).json()) as { operations: unknown[] };
    expect(listed).toHaveLength(7);
    expect(listed[0]).toEqual({ name: 'test.admin', summary: 'Does.', access: 'admin', httpOnly: false });
  });

  test('is an OpenAPI document', async () => {
    const response = await fetch(`${base}/api/openapi.json`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/test.echo': { post: {} } } });
  });

  test('has a page that loads nothing from other servers', async () => {
    const page = await fetch(`${base}/api/docs`);
    expect(page.headers.get('content-type')).toBe('text/html;charset=utf-8');
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);
    expect(parts.filter((url) => url.startsWith('/api/docs/'))).toHaveLength(3);
    expect(parts.filter((url) => !url.startsWith('/api/docs/'))).toEqual(['data:,']);
    for (const url of parts.filter((each) => each.startsWith('/'))) expect((await fetch(base + url)).status).toBe(200);
    expect((await fetch(`${base}/api/docs/package.json`)).status).toBe(404);
  });

  test('is read-only', async () => {
    for (const path of ['/api/v1', '/api/openapi.json', '/api/docs', '/api/docs/swagger-ui.css']) {
      expect((await fetch(base + path, { method: 'POST' })).status).toBe(405);
    }
  });
});

test('malformed requests get a response or a closed socket, and the server keeps running', async () => {
  const garbled = [
    'GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\n\r\n',
    'GET /%ff%00%zz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /assets/..%5c..%5cetc HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /api/v1/test.echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}',
    'POST /api/v1/test.echo HTTP/1.1\r\nHost: \r\n\r\n',
    'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /api/v1/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n',
    '\x00\x01\x02\r\n\r\n',
  ];
  for (const request of garbled) {
    const answer = await exchange(request);
    expect(answer).not.toContain('root:');
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /);
  }
  expect(records).toHaveLength(0);
  expect((await post('/api/v1/test.echo')).status).toBe(200);
});

/** The response to a raw request, as far as it arrives within a moment. */
function exchange(request: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(server.port as number, '127.0.0.1', () => socket.write(request));
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (data) => {
      answer += data.toString();
      done();
    });
    socket.on('error', done).on('close', done);
    socket.setTimeout(500, done);
  });
}
