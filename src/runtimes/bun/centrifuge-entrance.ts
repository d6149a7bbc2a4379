import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import { Emulation } from './emulation.ts';
import type { Caller, Entrance } from './entrance.ts';
import { eventStreamHead, type Streams } from './streams.ts';
import type { SocketData } from './websocket.ts';

const SOCKET_PATH = '/connection/websocket';
const HTTP_STREAM_PATH = '/connection/http_stream';
const SSE_PATH = '/connection/sse';
const EMULATION_PATH = '/emulation';
const PATHS: ReadonlySet<string> = new Set([SOCKET_PATH, HTTP_STREAM_PATH, SSE_PATH, EMULATION_PATH]);

type Parts = {
  readonly app: Pick<App, 'node' | 'centrifuge'>;
  readonly server: Server<SocketData>;
  readonly streams: Streams;
  readonly bounds: { readonly maxFrameBytes: number; readonly maxBacklogBytes: number };
};

/** Clients of the Centrifuge protocol, over WebSocket or its fallbacks. */
export class CentrifugeEntrance implements Entrance {
  readonly honoursRetryAfter = false;
  readonly #parts: Parts;
  readonly #emulation: Emulation;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#emulation = new Emulation(parts);
  }

  takes(pathname: string): boolean {
    return PATHS.has(pathname);
  }

  opens({ pathname }: URL): boolean {
    return pathname !== EMULATION_PATH;
  }

  async begin(request: Request, caller: Caller): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (pathname === SOCKET_PATH) return this.#upgrade(request, caller);
    if (pathname === SSE_PATH)
      return request.method === 'HEAD' ? eventStreamHead() : this.#emulation.events(request, caller);
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { Allow: 'POST, OPTIONS' } });
    return pathname === EMULATION_PATH ? this.#emulation.emulate(request) : this.#emulation.httpStream(request, caller);
  }

  #upgrade(request: Request, { principal, address, headers: sent }: Caller): Response | undefined {
    const { app, server } = this.#parts;
    const offered = request.headers.get('Sec-WebSocket-Protocol');
    const { format, subprotocol } = app.centrifuge.negotiate(request.url, offered);
    const headers = subprotocol === undefined ? undefined : { 'Sec-WebSocket-Protocol': subprotocol };
    const data: SocketData = { protocol: app.centrifuge[format], principal, address, sent, session: undefined };
    if (server.upgrade(request, { data, ...(headers !== undefined && { headers }) })) return undefined;
    return new Response('a WebSocket handshake was expected', { status: 426, headers: { Upgrade: 'websocket' } });
  }
}
