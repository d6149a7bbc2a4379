import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import { ANONYMOUS } from '../../core/principal.ts';
import { type Caller, Emulation } from './emulation.ts';
import type { Http } from './http.ts';
import type { Streams } from './streams.ts';
import { crossOriginHeaders, preflight, visitOf } from './visit.ts';
import type { SocketData } from './websocket.ts';

const SOCKET_PATH = '/connection/websocket';
const HTTP_STREAM_PATH = '/connection/http_stream';
const SSE_PATH = '/connection/sse';
const EMULATION_PATH = '/emulation';
const PATHS: ReadonlySet<string | undefined> = new Set([SOCKET_PATH, HTTP_STREAM_PATH, SSE_PATH, EMULATION_PATH]);

type Parts = {
  readonly app: App;
  readonly http: Pick<Http, 'addressOf'>;
  readonly config: Config;
  readonly server: Server<SocketData>;
  readonly streams: Streams;
};

/** Whether a path is one of those where live connections begin. */
export function isConnection(pathname: string | undefined): boolean {
  return PATHS.has(pathname);
}

/** Where live connections begin, whatever carries them. */
export class Connections {
  readonly #parts: Parts;
  readonly #emulation: Emulation;

  constructor(parts: Parts) {
    const { app, streams, config } = parts;
    this.#parts = parts;
    this.#emulation = new Emulation(app, streams, {
      maxFrameBytes: config.maxFrameBytes,
      maxBacklogBytes: config.maxConnectionBacklogBytes,
    });
  }

  /** Undefined when a socket is open: Bun then writes the answer itself. */
  async answer(request: Request, peer: string): Promise<Response | undefined> {
    const { headers } = request;
    const visit = visitOf(headers, this.#parts.config);
    if (visit === 'refused') return new Response('origin not allowed', { status: 403 });
    if (request.method === 'OPTIONS') return preflight(headers);
    const principal = visit === 'own' ? await this.#parts.app.authenticate(headers) : ANONYMOUS;
    const caller = { principal, address: this.#parts.http.addressOf(request, peer) };
    const response = await this.#begin(request, caller).catch(toResponse);
    if (visit === 'foreign' && response !== undefined) {
      for (const [name, value] of Object.entries(crossOriginHeaders(headers))) response.headers.set(name, value);
    }
    return response;
  }

  async #begin(request: Request, caller: Caller): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (pathname === SOCKET_PATH) return this.#upgrade(request, caller);
    if (pathname === SSE_PATH) return this.#emulation.events(request, caller);
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { Allow: 'POST, OPTIONS' } });
    return pathname === EMULATION_PATH ? this.#emulation.emulate(request) : this.#emulation.httpStream(request, caller);
  }

  #upgrade(request: Request, caller: Caller): Response | undefined {
    const { app, server } = this.#parts;
    const offered = request.headers.get('Sec-WebSocket-Protocol');
    const { format, subprotocol } = app.centrifuge.negotiate(request.url, offered);
    const headers = subprotocol === undefined ? undefined : { 'Sec-WebSocket-Protocol': subprotocol };
    const data: SocketData = { protocol: app.centrifuge[format], ...caller, session: undefined };
    if (server.upgrade(request, { data, ...(headers !== undefined && { headers }) })) return undefined;
    return new Response('a WebSocket handshake was expected', { status: 426, headers: { Upgrade: 'websocket' } });
  }
}

function toResponse(error: unknown): Response {
  if (error instanceof ClientError) return new Response(error.message, { status: error.status });
  if (error instanceof DisconnectError) return new Response(error.message, { status: 400 });
  throw error;
}
