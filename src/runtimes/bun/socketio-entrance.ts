import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import { ClientError } from '../../core/errors.ts';
import type { Guard } from '../../core/guard.ts';
import type { End } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import { repeat } from '../../core/repeat.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Compression } from './compression.ts';
import { Heartbeats } from './engine-heartbeats.ts';
import { EngineLine, type LineParts } from './engine-line.ts';
import { POLL_HEADERS } from './engine-poll.ts';
import type { Caller, Entrance } from './entrance.ts';
import { readBody } from './read-body.ts';
import { listClientFiles } from './socketio-client-files.ts';
import type { StaticFile } from './static-files.ts';
import type { BunFanout, Socket, SocketData, SocketOwner } from './websocket.ts';

/** How long a further request of a client is expected after it disconnected, or was too slow. */
const LAST_POLL_MS = 5_000;

type Client = Parameters<App['socketio']['open']>[1];
type SocketIo = Pick<App['socketio'], 'engine' | 'open'>;
type Refusal = keyof SocketIo['engine']['REFUSALS'];

export type EngineSettings = {
  /** With a trailing slash: `/socket.io/`. */
  readonly path: string;
  /** Milliseconds between pings, and the timeout of the reply. */
  readonly pingMs: number;
  readonly pongMs: number;
  readonly maxFrameBytes: number;
  readonly maxBacklogBytes: number;
  readonly compression: Compression;
};

type Parts = {
  readonly socketio: SocketIo;
  readonly server: Server<SocketData>;
  readonly fanout: BunFanout;
  readonly clock: Clock;
  readonly guard: Guard;
  /** Logs an error whose cause no client sees. */
  readonly report: (error: unknown) => void;
};

/**
 * The entry point of Socket.IO clients: Engine.IO over a WebSocket, or over requests that may be upgraded to one.
 * Requests find their connection by its id, which only its client knows.
 */
export class SocketIoEntrance implements Entrance {
  readonly honoursRetryAfter = false;
  readonly #parts: Parts;
  readonly #settings: EngineSettings;
  readonly #lines = new Map<string, EngineLine>();
  readonly #clientFiles: ReadonlyMap<string, StaticFile>;
  readonly #line: LineParts;

  constructor(parts: Parts, settings: EngineSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#clientFiles = listClientFiles(settings.path);
    const { engine } = parts.socketio;
    const { fanout, guard, clock } = parts;
    const heartbeats = new Heartbeats({ ...settings, fanout, guard, ping: engine.PING }, performance.now());
    this.#line = {
      engine,
      heartbeats,
      streams: parts.fanout.streams,
      maxBacklogBytes: settings.maxBacklogBytes,
      compression: settings.compression,
      report: parts.report,
      forget: ({ sid }, pollComes) => this.#forget(sid, pollComes),
    };
    const onError = (error: unknown) => guard.failed('heartbeats', error);
    repeat({ clock, ms: heartbeats.partMs, onError }, () => heartbeats.advance(performance.now()));
  }

  takes(pathname: string): boolean {
    // Clients can be configured to omit the trailing slash.
    return (
      pathname === this.#settings.path || `${pathname}/` === this.#settings.path || this.#clientFiles.has(pathname)
    );
  }

  opens({ pathname, searchParams }: URL): boolean {
    return !searchParams.has('sid') && !this.#clientFiles.has(pathname);
  }

  async begin(request: Request, caller: Caller): Promise<Response | undefined> {
    const file = this.#clientFiles.get(new URL(request.url).pathname);
    if (file !== undefined) return file.answer(request);
    const response = await this.#answer(request, caller);
    // Bun closes a connection at the client's request, but does not say so; Node's client then sends another request on
    // it.
    if (request.headers.get('Connection')?.toLowerCase() === 'close') response?.headers.set('Connection', 'close');
    return response;
  }

  async #answer(request: Request, caller: Caller): Promise<Response | undefined> {
    this.#line.heartbeats.advance(performance.now());
    const isUpgrade = request.headers.get('Upgrade')?.toLowerCase() === 'websocket';
    const wish = this.#parts.socketio.engine.engineQueryOf(new URL(request.url).searchParams);
    if (typeof wish === 'string') return this.#refuse(wish);
    const { transport, sid } = wish;
    if (sid === undefined) {
      if (request.method !== 'GET') return this.#refuse('badMethod');
      if (isUpgrade !== (transport === 'websocket')) return this.#refuse('badRequest');
      const client = clientOf(caller);
      return isUpgrade ? this.#upgrade(request, this.#newcomer(client)) : this.#openPolling(client);
    }
    const line = this.#lines.get(sid);
    if (line === undefined) return this.#refuse('unknownSession');
    if (line.isClosed) return this.#letGo(line, request);
    if (isUpgrade) return this.#upgrade(request, probing(line));
    return line.isPolling && transport === 'polling' ? this.#takeRequest(line, request) : this.#refuse('badRequest');
  }

  #openPolling(client: Client): Response | Promise<Response> {
    const line = this.#open(client, undefined);
    const packets = this.#parts.socketio.engine.encodePayload([this.#handshake(line, ['websocket'])]);
    return payload(packets);
  }

  #forget(sid: string, pollComes: boolean): void {
    if (pollComes) this.#parts.clock.after(LAST_POLL_MS, () => this.#lines.delete(sid));
    else this.#lines.delete(sid);
  }

  /** The poll that was in flight when the client disconnected, or comes late for its buffer. */
  #letGo(line: EngineLine, request: Request): Response {
    if (request.method !== 'GET') return this.#refuse('unknownSession');
    const { encodePayload, NOOP } = this.#parts.socketio.engine;
    const rest = line.takeRest();
    if (!line.hasRest) this.#lines.delete(line.sid);
    return payload(encodePayload(rest.length > 0 ? rest : [NOOP]));
  }

  async #takeRequest(line: EngineLine, request: Request): Promise<Response> {
    if (request.method === 'GET') {
      // It is answered with the next ping at the latest, which may exceed Bun's timeout.
      this.#parts.server.timeout(request, 0);
      return (await line.answerPoll(request)) ?? this.#refuse('badRequest');
    }
    if (request.method !== 'POST') return this.#refuse('badRequest');
    const isTaken = await this.#takePost(line, request);
    return isTaken ? new Response('ok', { headers: { 'Content-Type': 'text/html' } }) : this.#refuse('badRequest');
  }

  /** False for input that closes the connection: a second concurrent POST, bytes, invalid packets. */
  async #takePost(line: EngineLine, request: Request): Promise<boolean> {
    const isBinary = request.headers.get('Content-Type') === 'application/octet-stream';
    if (isBinary || !line.beginPost()) {
      line.close();
      return false;
    }
    try {
      const body = await readBody(request, this.#settings.maxFrameBytes);
      return line.take(() => this.#parts.socketio.engine.decodePayload(new TextDecoder().decode(body)));
    } catch (error) {
      line.close();
      if (error instanceof ClientError) throw error;
      return false;
    } finally {
      line.endPost();
    }
  }

  #upgrade(request: Request, owner: SocketOwner): Response | undefined {
    if (this.#parts.server.upgrade(request, { data: { owner } })) return undefined;
    return this.#refuse('badRequest');
  }

  /** A client that starts with a socket. */
  #newcomer(client: Client): SocketOwner {
    return new Newcomer((socket) => {
      const line = this.#open(client, socket);
      line.send(this.#handshake(line, []));
      return line;
    });
  }

  #open(client: Client, socket: Socket | undefined): EngineLine {
    this.#line.heartbeats.advance(performance.now());
    const line = new EngineLine(this.#line, socket);
    this.#lines.set(line.sid, line);
    line.begin(this.#parts.socketio.open(line, client));
    return line;
  }

  #handshake({ sid }: EngineLine, upgrades: readonly string[]): string {
    const { pingMs: pingInterval, pongMs: pingTimeout, maxFrameBytes: maxPayload } = this.#settings;
    return this.#parts.socketio.engine.encodeOpen({ sid, upgrades, pingInterval, pingTimeout, maxPayload });
  }

  #refuse(refusal: Refusal): Response {
    return Response.json(this.#parts.socketio.engine.REFUSALS[refusal], { status: 400 });
  }
}

/** Copied from the request, which need not be kept. */
function clientOf({ principal, address, headers }: Caller): Client {
  return { principal, address, ...(headers !== undefined && { headers }) };
}

/** A client that starts with a socket, and has an Engine.IO connection from then on. There are many of them. */
class Newcomer implements SocketOwner {
  #open: ((socket: Socket) => EngineLine) | undefined;
  #line: EngineLine | undefined;

  constructor(open: (socket: Socket) => EngineLine) {
    this.#open = open;
  }

  opened(socket: Socket): void {
    this.#line = this.#open?.(socket);
    this.#open = undefined;
  }

  received(frame: Frame, socket: Socket): void {
    this.#line?.received(frame, socket);
  }

  heard(): void {
    this.#line?.heard();
  }

  drained(): void {
    this.#line?.drained();
  }

  closed(socket: Socket, end: End): void {
    this.#line?.socketClosed(socket, end);
  }
}

/** A polling client that probes a socket. */
function probing(line: EngineLine): SocketOwner {
  return {
    opened: (socket) => {
      if (!line.probe(socket)) socket.close();
    },
    received: (frame, socket) => line.received(frame, socket),
    heard: () => line.heard(),
    drained: () => line.drained(),
    closed: (socket, end) => line.socketClosed(socket, end),
  };
}

function payload(packets: string): Response {
  return new Response(packets, { headers: POLL_HEADERS });
}
