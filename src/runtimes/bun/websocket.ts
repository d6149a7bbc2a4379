import type { Server, ServerWebSocket, WebSocketHandler } from 'bun';
import type { HeaderFields } from '../../core/client-headers.ts';
import type { Command } from '../../core/commands.ts';
import type { Connection, Fanout } from '../../core/connection.ts';
import type { Node } from '../../core/node.ts';
import type { Principal } from '../../core/principal.ts';
import type { Frame, Protocol } from '../../core/protocol.ts';
import type { Session } from '../../core/session.ts';
import { Streams } from './streams.ts';

/** What a socket carries: a session of its own, or what looks after it. */
export type SocketData = SessionData | { readonly owner: SocketOwner };

/** Looks after sockets that carry no session by themselves. */
export interface SocketOwner {
  opened(socket: Socket): void;
  received(frame: Frame, socket: Socket): void;
  closed(socket: Socket): void;
}

/** What a socket carries from its upgrade to its first frame, and its session from then on. */
export type SessionData = {
  readonly protocol: Protocol;
  readonly principal: Principal;
  readonly address: string;
  /** HeaderFields that the developer's backend is told. */
  readonly sent?: HeaderFields | undefined;
  /** What the protocol's clients leave unsaid: `connect`, where opening the socket says it. */
  readonly first?: Command;
  /** The client's id, where the protocol has a form of its own for it. */
  readonly client?: string;
  /** Why the client is turned away, where it can be told only once the socket is open. */
  readonly refusal?: Refusal;
  session: Session | undefined;
};

export type Refusal = { readonly frame: Frame; readonly code: number; readonly reason: string };

export type Socket = ServerWebSocket<SocketData>;

/** A Bun socket as the core sees it. */
class BunConnection implements Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(frame: Frame): void {
    this.#socket.send(frame);
  }

  backlog(): number {
    return this.#socket.getBufferedAmount();
  }

  join(topic: string): void {
    this.#socket.subscribe(topic);
  }

  leave(topic: string): void {
    this.#socket.unsubscribe(topic);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

/** Fan-out by Bun's native topics; before the server listens there is nobody to tell. */
export class BunFanout implements Fanout {
  /** Connections that are no sockets. */
  readonly streams = new Streams();
  #server: Server<SocketData> | undefined;

  attach(server: Server<SocketData>): void {
    this.#server = server;
  }

  publish(topic: string, frame: Frame): void {
    this.#server?.publish(topic, frame);
    this.streams.publish(topic, frame);
  }
}

export type SocketBounds = {
  /** Largest frame taken from a client, in bytes; a larger one closes the socket with 1009. */
  readonly maxFrameBytes: number;
  /** What may wait for a slow reader; past it the socket is closed, so that nobody misses a frame unknowingly. */
  readonly maxBacklogBytes: number;
};

/**
 * The WebSocket half of `Bun.serve`. The node is asked for late, because the port is taken before the database is
 * opened.
 */
export function socketHandler(node: () => Node, bounds: SocketBounds): WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: bounds.maxFrameBytes,
    backpressureLimit: bounds.maxBacklogBytes,
    closeOnBackpressureLimit: true,
    // Pings are the node's: they are part of the protocol, and clients wait for them.
    idleTimeout: 120,
    sendPings: false,
    perMessageDeflate: false,
    open(socket) {
      const { data } = socket;
      if ('owner' in data) return data.owner.opened(socket);
      const { protocol, principal, address, sent, first, client, refusal } = data;
      if (refusal !== undefined) return turnAway(socket, refusal);
      const connection = new BunConnection(socket);
      const session = node().open({
        ...{ connection, protocol, principal, address },
        ...(sent !== undefined && { headers: sent }),
        ...(client !== undefined && { client }),
      });
      data.session = session;
      if (first !== undefined) session.take(first);
    },
    message(socket, message) {
      const { data } = socket;
      if ('owner' in data) data.owner.received(message, socket);
      else data.session?.receive(message);
    },
    close(socket) {
      const { data } = socket;
      if ('owner' in data) return data.owner.closed(socket);
      data.session?.closed();
      data.session = undefined;
    },
  };
}

function turnAway(socket: Socket, { frame, code, reason }: Refusal): void {
  socket.send(frame);
  socket.close(code, reason);
}
