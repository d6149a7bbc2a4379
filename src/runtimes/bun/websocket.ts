import type { Server, ServerWebSocket, WebSocketHandler } from 'bun';
import type { Principal } from '../../core/access/principal.ts';
import type { Node } from '../../core/node/node.ts';
import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { Command } from '../../core/protocol/commands.ts';
import type { Connection, End, Fanout } from '../../core/protocol/connection.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Session } from '../../core/sessions/session.ts';
import { type Compression, NO_COMPRESSION } from './compression.ts';
import { Streams } from './streams.ts';

/** The owner of a socket: a session, or a handler. */
export type SocketData = SessionData | { readonly owner: SocketOwner };

/** Handles sockets that have no session themselves. */
export interface SocketOwner {
  opened(socket: Socket): void;
  received(frame: Frame, socket: Socket): void;
  /** The client sent a control frame, which only shows that it is alive. */
  heard(): void;
  /** The client has read its buffer. */
  drained(socket: Socket): void;
  closed(socket: Socket, end: End): void;
}

/** A socket's state from its upgrade to its first frame, and its session from then on. */
export type SessionData = {
  readonly protocol: Protocol;
  readonly principal: Principal;
  readonly address: string;
  /** HeaderFields for the developer's backend. */
  readonly sent?: HeaderFields | undefined;
  /** Commands the protocol implies: `connect`, if opening the socket means that. */
  readonly first?: Command;
  /** The client's id, if the protocol has its own format. */
  readonly client?: string;
  /** Why the client is refused, if it can be told only once the socket is open. */
  readonly refusal?: Refusal;
  session: Session | undefined;
  /** A frame exceeded the buffer limit: Bun is about to close the socket. */
  hasDropped?: true;
};

export type Refusal = { readonly frame: Frame; readonly code: number; readonly reason: string };

/** Bun's code if there was no close frame, also if it closed the socket itself. */
const CUT = 1006;

export type Socket = ServerWebSocket<SocketData>;

/** A Bun socket as a connection of the core. */
class BunConnection implements Connection {
  readonly #socket: Socket;
  readonly #compression: Compression;

  constructor(socket: Socket, compression: Compression) {
    this.#socket = socket;
    this.#compression = compression;
  }

  send(frame: Frame): void {
    if (this.#socket.send(frame, this.#compression.suits(frame)) !== 0) return;
    const { data } = this.#socket;
    if ('session' in data) data.hasDropped = true;
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

  ping(): void {
    this.#socket.ping();
  }
}

/** Fan-out by Bun's native topics; before the server listens there are no subscribers. */
export class BunFanout implements Fanout {
  /** Connections without a socket. */
  readonly streams = new Streams();
  readonly #compression: Compression;
  #server: Server<SocketData> | undefined;

  constructor(compression = NO_COMPRESSION) {
    this.#compression = compression;
  }

  attach(server: Server<SocketData>): void {
    this.#server = server;
  }

  publish(topic: string, frame: Frame): void {
    const server = this.#server;
    server?.publish(
      topic,
      frame,
      this.#compression.suitsAll(frame, () => server.subscriberCount(topic)),
    );
    this.streams.publish(topic, frame);
  }
}

export type SocketBounds = {
  /** Largest accepted frame of a client, in bytes; a larger one closes the socket with 1009. */
  readonly maxFrameBytes: number;
  /** The buffer limit for a slow reader; above it the socket is closed, so that no frame is missed silently. */
  readonly maxBacklogBytes: number;
  readonly compression: Compression;
};

/**
 * The WebSocket half of `Bun.serve`. The node is requested late, because the port is taken before the database is
 * opened.
 */
export function socketHandler(node: () => Node, bounds: SocketBounds): WebSocketHandler<SocketData> {
  const { compression } = bounds;
  // An exception in one socket's handler closes that socket, and is not an uncaught exception of the process.
  const guarded =
    <A extends unknown[]>(handle: (socket: Socket, ...rest: A) => void) =>
    (socket: Socket, ...rest: A) => {
      if (!node().guard.run('sockets', () => handle(socket, ...rest))) socket.terminate();
    };
  return {
    maxPayloadLength: bounds.maxFrameBytes,
    backpressureLimit: bounds.maxBacklogBytes,
    closeOnBackpressureLimit: true,
    // Pings come from the node: they are part of the protocol, and clients expect them.
    idleTimeout: 120,
    sendPings: false,
    // One compressor for all: a context per socket would take memory for each.
    perMessageDeflate: compression.isOn && { compress: 'shared', decompress: 'shared' },
    open: guarded((socket) => {
      const { data } = socket;
      if ('owner' in data) return data.owner.opened(socket);
      const { protocol, principal, address, sent, first, client, refusal } = data;
      if (refusal !== undefined) return refuseSocket(socket, refusal);
      const connection = new BunConnection(socket, compression);
      const session = node().open({
        ...{ connection, protocol, principal, address },
        ...(sent !== undefined && { headers: sent }),
        ...(client !== undefined && { client }),
      });
      data.session = session;
      if (first !== undefined) session.take(first);
    }),
    message: guarded((socket, message) => {
      const { data } = socket;
      if ('owner' in data) data.owner.received(message, socket);
      else data.session?.receive(message);
    }),
    ping: guarded(heard),
    pong: guarded(heard),
    drain: guarded((socket) => {
      const { data } = socket;
      if ('owner' in data) data.owner.drained(socket);
      else data.session?.drained();
    }),
    close: guarded((socket, code) => {
      const { data } = socket;
      if ('owner' in data) return data.owner.closed(socket, code === CUT ? 'cut' : 'closed');
      data.session?.closed(data.hasDropped === true ? 'dropped' : code === CUT ? 'cut' : 'closed');
      data.session = undefined;
    }),
  };
}

/** A control frame of the client: its connection is alive. */
function heard({ data }: Socket): void {
  if ('owner' in data) data.owner.heard();
  else data.session?.heard();
}

function refuseSocket(socket: Socket, { frame, code, reason }: Refusal): void {
  socket.send(frame);
  socket.close(code, reason);
}
