import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import { ANONYMOUS } from '../../core/access/principal.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import type { Caller, Entrance } from './entrance.ts';
import type { Refusal, SocketData } from './websocket.ts';

type Parts = { readonly app: Pick<App, 'pusher'>; readonly server: Server<SocketData> };

/** Clients of the Pusher protocol: a WebSocket at `/app/<key>`. Cookies are not used. */
export class PusherEntrance implements Entrance {
  readonly honoursRetryAfter = false;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  takes(pathname: string): boolean {
    return this.#parts.app.pusher.isOn && (pathname === '/app' || pathname.startsWith('/app/'));
  }

  opens(): boolean {
    return true;
  }

  /** With the protocol's own error, after which clients wait a second; after a failed handshake they retry at once. */
  refuseConnection(request: Request, turned: RefusedArrival): Response | undefined {
    return this.#upgrade(request, this.#refusedBy(this.#parts.app.pusher.refuseConnection(turned.limit), ''));
  }

  async begin(request: Request, { address }: Caller): Promise<Response | undefined> {
    return this.#upgrade(request, this.#dataOf(request, address));
  }

  #upgrade(request: Request, data: SocketData): Response | undefined {
    if (this.#parts.server.upgrade(request, { data })) return undefined;
    return new Response('a WebSocket handshake was expected', { status: 426, headers: { Upgrade: 'websocket' } });
  }

  #dataOf(request: Request, address: string): SocketData {
    const admission = this.#parts.app.pusher.admit(new URL(request.url));
    if (admission.kind === 'refused') return this.#refusedBy(admission, address);
    const { connection } = admission;
    const { principal, first, socketId } = connection;
    return { protocol: connection, principal, first, client: socketId, address, session: undefined };
  }

  #refusedBy(refusal: Refusal, address: string): SocketData {
    const { protocol } = this.#parts.app.pusher;
    return { protocol, principal: ANONYMOUS, refusal, address, session: undefined };
  }
}
