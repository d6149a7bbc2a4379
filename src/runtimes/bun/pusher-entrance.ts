import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import type { Caller, Entrance } from './entrance.ts';
import type { SocketData } from './websocket.ts';

type Parts = { readonly app: Pick<App, 'pusher'>; readonly server: Server<SocketData> };

/** Clients of the Pusher protocol: a WebSocket at `/app/<key>`. Who they are is no matter of cookies. */
export class PusherEntrance implements Entrance {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  takes(pathname: string): boolean {
    return this.#parts.app.pusher.isOn && (pathname === '/app' || pathname.startsWith('/app/'));
  }

  async begin(request: Request, { address }: Caller): Promise<Response | undefined> {
    const data = this.#dataOf(request, address);
    if (this.#parts.server.upgrade(request, { data })) return undefined;
    return new Response('a WebSocket handshake was expected', { status: 426, headers: { Upgrade: 'websocket' } });
  }

  #dataOf(request: Request, address: string): SocketData {
    const { pusher } = this.#parts.app;
    const admission = pusher.admit(new URL(request.url));
    const rest = { address, session: undefined };
    if (admission.kind === 'refused') {
      return { ...rest, protocol: pusher.protocol, principal: { kind: 'anonymous' }, refusal: admission };
    }
    const { connection } = admission;
    const { principal, first, socketId } = connection;
    return { ...rest, protocol: connection, principal, first, client: socketId };
  }
}
