import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import { callerOf } from '../../core/measures/tracing.ts';
import type { Command } from '../../core/protocol/commands.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Caller, Entrance } from './entrance.ts';
import { errorAnswer, methodNotAllowed } from './error-answer.ts';
import { PollConnection } from './poll-connection.ts';
import { readBody } from './read-body.ts';
import { EVENT_STREAM_HEADERS, LAST_WORDS_S, type Streams } from './streams.ts';
import { isEventSource, refusalOf } from './turned-away.ts';
import type { SocketData } from './websocket.ts';

const METHODS: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/sse', 'GET'],
  ['/poll', 'GET'],
  ['/publish', 'POST'],
  ['/history', 'GET'],
  ['/presence', 'GET'],
]);

const READ = 'GET, HEAD, OPTIONS';

/** The retry delay while the process stops. */
const RETRY_MS = 2_000;

const JSON_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store, no-transform',
  'X-Content-Type-Options': 'nosniff',
};

type Parts = {
  readonly app: Pick<App, 'node' | 'plain'>;
  readonly server: Server<SocketData>;
  readonly streams: Streams;
  readonly bounds: { readonly maxFrameBytes: number; readonly maxBacklogBytes: number };
  readonly telemetry: Telemetry;
};

/** Channels over plain HTTP: event streams, polls, and publishing by a request. See docs/http.md. */
export class PlainEntrance implements Entrance {
  readonly honoursRetryAfter = true;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  takes(pathname: string): boolean {
    return METHODS.has(pathname);
  }

  opens({ pathname }: URL): boolean {
    return pathname === '/sse';
  }

  refuseConnection(request: Request, turned: RefusedArrival): Response {
    if (isEventSource(request)) return this.#retryLater(turned);
    return errorAnswer(refusalOf(turned), request, this.#parts);
  }

  async begin(request: Request, caller: Caller): Promise<Response> {
    const { pathname } = new URL(request.url);
    const method = METHODS.get(pathname);
    // Bun omits the body, and immediately ends an endless one.
    const asked = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== asked) return methodNotAllowed(method === 'GET' ? READ : 'POST, OPTIONS');
    const { app, telemetry } = this.#parts;
    return this.#answer(pathname, request, caller).catch((error: unknown) => {
      const told = error instanceof DisconnectError ? app.plain.refusalOf(error.kind) : error;
      // A drain that began meanwhile.
      const isStopping = told instanceof ClientError && told.kind === 'unavailable';
      if (isStopping && isEventSource(request)) return this.#retryLater({ limit: 'draining', retryMs: RETRY_MS });
      return errorAnswer(told, request, { telemetry, span: caller.span });
    });
  }

  #retryLater(turned: RefusedArrival): Response {
    return new Response(this.#parts.app.plain.turnedAway(turned), { headers: EVENT_STREAM_HEADERS });
  }

  #answer(pathname: string, request: Request, caller: Caller): Promise<Response> {
    if (pathname === '/sse') return this.#stream(request, caller);
    if (pathname === '/poll') return this.#poll(request, caller);
    return pathname === '/publish' ? this.#publish(request, caller) : this.#read(pathname, request, caller);
  }

  /** Responds once all channels are granted, so that any program sees a refusal. */
  async #stream(request: Request, { principal, address, headers }: Caller): Promise<Response> {
    const { app, server, streams, bounds } = this.#parts;
    const asked = app.plain.readStreaming(request.url, request.headers, app.node.limits.channels);
    const protocol = new app.plain.EventStream(asked, (why) => connection.session?.close(why), Math.random());
    const { maxBacklogBytes } = bounds;
    const waitNoLonger = () => server.timeout(request, LAST_WORDS_S);
    const connection = streams.open(protocol, { maxBacklogBytes, waitNoLonger }, (opened) =>
      app.node.open({
        ...{ connection: opened, protocol, principal, address, transport: 'sse' },
        ...(headers && { headers }),
      }),
    );
    // The session's own pings keep the connection open.
    server.timeout(request, 0);
    request.signal.addEventListener('abort', () => connection.close());
    for (const command of app.plain.commandsOf(asked)) connection.session?.take(tracedAs(command, request));
    try {
      await protocol.opened;
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection.response;
  }

  async #poll(request: Request, { principal, address, headers }: Caller): Promise<Response> {
    const { app, streams, bounds } = this.#parts;
    app.node.spend({ principal, address }, 'other');
    const asked = app.plain.readPolling(request.url, request.headers, app.node.limits.channels);
    const poll = new app.plain.Poll(asked, bounds.maxBacklogBytes / 2);
    const session = app.node.open({
      connection: new PollConnection(streams, poll),
      protocol: poll,
      transport: 'http_poll',
      ...{ principal, address },
      ...(headers && { headers }),
    });
    const waitMs = request.method === 'HEAD' ? 0 : asked.waitMs;
    const stopWaiting = app.node.clock.after(waitMs, () => poll.timeOver());
    // There is no client left to answer.
    request.signal.addEventListener('abort', () => poll.finish());
    for (const command of app.plain.commandsOf(asked)) session.take(tracedAs(command, request));
    try {
      return new Response(await poll.answer, { headers: JSON_HEADERS });
    } finally {
      stopWaiting();
      session.closed();
    }
  }

  async #publish(request: Request, caller: Caller): Promise<Response> {
    const { app, bounds } = this.#parts;
    const asked = app.plain.readPublishing(request.url, request.headers);
    const body = await readBody(request, bounds.maxFrameBytes);
    const { offset, epoch } = await app.plain.publish(app.node, {
      ...{ asked, body, found: await caller.currentPrincipal(), address: caller.address },
      ...(caller.span !== undefined && { span: caller.span }),
    });
    return Response.json({ offset, epoch }, { headers: JSON_HEADERS });
  }

  async #read(pathname: string, request: Request, caller: Caller): Promise<Response> {
    const { node, plain } = this.#parts.app;
    const body = await (pathname === '/history'
      ? plain.history(node, plain.readRemembering(request.url, request.headers), caller)
      : plain.presence(node, plain.readLooking(request.url, request.headers), caller));
    return new Response(body, { headers: JSON_HEADERS });
  }
}

/** What a request asks for belongs to the request's trace. */
function tracedAs(command: Command, { headers }: Request): Command {
  const caller = callerOf((name) => headers.get(name));
  return caller === undefined ? command : { ...command, caller };
}
