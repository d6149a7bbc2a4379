import { fileURLToPath } from 'node:url';
import { type Context, type Handler, Hono } from 'hono';
import { createOpenApi } from '../../app/openapi.ts';
import type { Principal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { workKeyOf } from '../../core/limits/work-key.ts';
import type { Node } from '../../core/node/node.ts';
import type { Feature } from '../../core/operations/feature.ts';
import type { Operations } from '../../core/operations/operations.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span } from '../../ports/traces.ts';
import { createApiDocs, DOCS_PATH } from './api-docs.ts';
import { refuseEncodedBody } from './content-encoding.ts';
import { errorAnswer, methodNotAllowed } from './error-answer.ts';
import { BODY_LIMIT, readJsonBody } from './json-body.ts';
import { isChanging, type OriginSettings, originAllowed } from './origin.ts';
import { createProxies, type Proxies } from './proxies.ts';
import { readBody } from './read-body.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { listStaticFiles } from './static-files.ts';
import { bodyEnded } from './unread-body.ts';

/** The parts that answer over HTTP. */
export type HttpApp = {
  readonly operations: Operations;
  readonly features: readonly Feature[];
  authenticate(headers: Headers): Promise<Principal>;
  /** Counts requests, and refuses those above a limit. */
  readonly node?: Pick<Node, 'spend' | 'work'>;
  /** The API for developers' backends; undefined for other requests. */
  readonly serverApi?: {
    takes(pathname: string): boolean;
    answer(request: Request, readBody: () => Promise<string>, span?: Span): Promise<Response | undefined>;
  };
  /** Like `serverApi`, for backends of the Pusher protocol. */
  readonly pusherApi?: {
    answer(request: Request, readBody: () => Promise<Uint8Array>, span?: Span): Promise<Response | undefined>;
  };
};

export type HttpSettings = OriginSettings & {
  /** IP addresses or subnets of proxies whose `X-Forwarded-*` is trusted. */
  readonly trustedProxies: readonly string[];
  /** Folder of the built web app; the program's own by default. */
  readonly webRoot?: string;
};

export type Http = {
  /** Answers any request. `peer` is the socket's remote address; `span` the request's, if traced. Never rejects. */
  fetch(request: Request, peer: string, span?: Span): Promise<Response>;
  /** Decides once whether the client used TLS: afterwards X-Forwarded-Proto is reliable. */
  settle(request: Request, peer: string): void;
  /** The client's address, behind any trusted proxies. */
  addressOf(request: Request, peer: string): string;
};

type Env = {
  Bindings: { readonly peer: string; readonly span: Span | undefined; readonly method: string };
};
type Parts = {
  readonly app: HttpApp;
  readonly settings: HttpSettings;
  readonly telemetry: Telemetry;
  readonly proxies: Proxies;
};

const INDEX = '/index.html';
const WEB_ROOT = fileURLToPath(new URL('../../../dist/web', import.meta.url));
const READ = 'GET, HEAD, OPTIONS';
const CALL = 'POST, OPTIONS';

/**
 * The HTTP edge: operations under `/api/v1/`, their description under `/api/`, the features' own routes, and the web
 * app for everything else.
 */
export function createHttp(app: HttpApp, settings: HttpSettings, { telemetry }: { telemetry: Telemetry }): Http {
  const proxies = createProxies(settings.trustedProxies);
  const parts: Parts = { app, settings, telemetry, proxies };
  const hono = new Hono<Env>();
  addGuards(hono, parts);
  addApi(hono, parts);
  addPages(hono, parts);
  return {
    fetch: async (request, peer, span) => {
      // Bun makes the URL from the Host header, even an invalid one.
      if (!URL.canParse(request.url)) return new Response('the Host header is invalid', { status: 400 });
      // HEAD is GET without the body, which Bun omits (RFC 9110 section 9.3.2); Hono would send a length of 0.
      const asked = request.method === 'HEAD' ? new Request(request, { method: 'GET' }) : request;
      return hono.fetch(asked, { peer, span, method: request.method });
    },
    settle: (request, peer) => {
      // Without trusted proxies the header is not read.
      if (settings.trustedProxies.length === 0) return;
      request.headers.set('X-Forwarded-Proto', proxies.isEncrypted(request, peer) ? 'https' : 'http');
    },
    addressOf: ({ headers }, peer) => proxies.addressOf(headers, peer),
  };
}

/** Applies to every response, including errors. */
function addGuards(hono: Hono<Env>, { settings, telemetry, proxies }: Parts): void {
  hono.use('*', async (context, next) => {
    await next();
    const encrypted = settings.publicUrl.startsWith('https:') || proxies.isEncrypted(context.req.raw, context.env.peer);
    addSecurityHeaders(context.res.headers, encrypted);
    telemetry.count('banyan_http_requests_total', { status: String(context.res.status) });
  });
  hono.use('*', async ({ req }, next) => {
    if (isChanging(req.method) && !originAllowed(req.raw.headers, settings)) {
      throw new ClientError('permissionDenied', { message: 'requests from pages of other origins are refused' });
    }
    await next();
  });
  hono.onError((error, { req, env }) => errorAnswer(error, req.raw, { telemetry, span: env.span }));
  hono.notFound(({ req }) => errorAnswer(new ClientError('notFound'), req.raw, { telemetry }));
}

function addApi(hono: Hono<Env>, parts: Parts): void {
  const { list } = parts.app.operations;
  const names = new Set(list.map(({ name }) => name));
  const docs = createApiDocs();
  const uploads = parts.app.features.flatMap((feature) => feature.uploads ?? []);
  let openApi: string | undefined;
  hono.on('POST', ['/api', '/api/*'], async ({ req, env }, next) => {
    const body = async () => textIn(await readBody(req.raw, BODY_LIMIT));
    return (await parts.app.serverApi?.answer(req.raw, body, env.span)) ?? next();
  });
  // As internal/middleware/method.go of Centrifugo: checked before the key.
  hono.all('*', ({ req }, next) =>
    req.method !== 'POST' && parts.app.serverApi?.takes(req.path) ? refuse(req.method, CALL) : next(),
  );
  hono.all('/apps/*', async ({ req, env }, next) => {
    const body = () => readBody(req.raw, BODY_LIMIT);
    // Signatures cover the method that was sent.
    const sent = env.method === req.method ? req.raw : new Request(req.raw, { method: env.method });
    return (await parts.app.pusherApi?.answer(sent, body, env.span)) ?? next();
  });
  hono.get('/api/v1', ({ json }) =>
    json({
      operations: list.map(({ name, summary, access, httpOnly = false }) => ({ name, summary, access, httpOnly })),
    }),
  );
  hono.get('/api/openapi.json', ({ body }) => {
    openApi ??= JSON.stringify(createOpenApi(list, uploads));
    return body(openApi, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  });
  hono.get(`${DOCS_PATH}/*`, ({ req }, next) => docs.answer(req.raw, req.path) ?? next());
  for (const path of ['/api/v1', '/api/openapi.json', `${DOCS_PATH}/*`]) hono.all(path, readOnly);
  hono.all('/api/v1/:operation', (context, next) => {
    const name = context.req.param('operation');
    // Features' own routes, for bodies that are not JSON.
    if (!names.has(name)) return next();
    return context.req.method === 'POST' ? callOperation(context, name, parts) : refuse(context.req.method, CALL);
  });
}

/** Throws `ClientError` for invalid UTF-8: repairing it would change the data. */
function textIn(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new ClientError('invalidInput', { message: 'the body is not valid UTF-8', cause });
  }
}

const readOnly: Handler<Env> = ({ req }, next) =>
  req.method === 'GET' || req.method === 'HEAD' ? next() : refuse(req.method, READ);

function refuse(method: string, allow: string): Response {
  return method === 'OPTIONS'
    ? new Response(null, { status: 204, headers: { Allow: allow } })
    : methodNotAllowed(allow);
}

async function callOperation({ req, env }: Context<Env>, name: string, parts: Parts): Promise<Response> {
  const { headers } = req.raw;
  const { proxies } = parts;
  const responseHeaders = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  const url = proxies.isEncrypted(req.raw, env.peer) ? req.url.replace(/^http:/, 'https:') : req.url;
  const input = await readJsonBody(req.raw);
  // Checked after the body arrived, which may take a while: the current rights count (PE3).
  const principal = await parts.app.authenticate(headers);
  const address = proxies.addressOf(headers, env.peer);
  const { node } = parts.app;
  node?.spend({ principal, address }, 'other');
  const context = {
    ...{ principal, address },
    http: { headers, url, responseHeaders },
    ...(env.span !== undefined && { span: env.span }),
  };
  env.span?.set({ 'rpc.method': name });
  const call = () => parts.app.operations.call(name, context, input);
  const asker = { key: workKeyOf({ principal, address }), connection: req.raw };
  const body = JSON.stringify((await (node?.work.call(asker, call) ?? call())) ?? {});
  node?.work.charge(asker.key, body.length);
  return new Response(body, { headers: responseHeaders });
}

/** The web app's files, then the features' routes, then the web app for paths that people open. */
function addPages(hono: Hono<Env>, { app, settings, telemetry }: Parts): void {
  const files = listStaticFiles(settings.webRoot ?? WEB_ROOT);
  const index = files.get(INDEX);
  hono.get('*', ({ req }, next) => files.get(req.path === '/' ? INDEX : req.path)?.answer(req.raw) ?? next());
  hono.all('*', async ({ req }, next) => {
    refuseEncodedBody(req.raw);
    const principal = await app.authenticate(req.raw.headers);
    for (const feature of app.features) {
      const response = await feature.route?.(req.raw, principal);
      if (response === undefined) continue;
      // What it has begun to read it has read to the end, or it would have thrown.
      if (req.raw.bodyUsed) bodyEnded(req.raw);
      return response;
    }
    return next();
  });
  hono.all('/api/*', ({ req }) => errorAnswer(new ClientError('methodNotFound'), req.raw, { telemetry }));
  hono.get('*', ({ req }, next) => {
    const isPage = req.header('Accept')?.includes('text/html') === true && !req.path.startsWith('/assets/');
    return isPage && index !== undefined ? index.answer(req.raw) : next();
  });
  hono.all('*', readOnly);
}
