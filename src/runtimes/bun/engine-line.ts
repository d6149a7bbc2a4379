import type { App } from '../../app/compose.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import type { End } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import { randomText } from '../../core/text/random-text.ts';
import type { Compression } from './compression.ts';
import type { Heartbeats, Pinged } from './engine-heartbeats.ts';
import { Poll } from './engine-poll.ts';
import { Trial } from './engine-trial.ts';
import type { Streams } from './streams.ts';
import type { Socket } from './websocket.ts';

type Engine = App['socketio']['engine'];
type LineHandler = ReturnType<App['socketio']['open']>;
type Packet = ReturnType<Engine['decodePayload']>[number];

export type LineParts = {
  readonly engine: Engine;
  readonly streams: Streams;
  readonly heartbeats: Heartbeats;
  /** The buffer limit for a slow reader, in bytes; above it the connection is closed, and the client reconnects. */
  readonly maxBacklogBytes: number;
  readonly compression: Compression;
  /** Logs an error whose cause no client sees. */
  readonly report: (error: unknown) => void;
  /** Called once, when the connection is closed. `pollComes`: another request of the client may be on its way. */
  readonly forget: (line: EngineLine, expectsPoll: boolean) => void;
};

/** How packets are sent. `probing`: the client tests a WebSocket, and polls until it works. */
type Transport =
  | { readonly tag: 'polling' }
  | Trial
  | { readonly tag: 'websocket'; readonly socket: Socket }
  | { readonly tag: 'closed' };

/** `pollComes`: see `LineParts.forget`. */
type EndOptions = { readonly expectsPoll?: boolean; readonly end?: End };

/** One client's Engine.IO connection: a WebSocket, or successive requests that may be upgraded to one. */
export class EngineLine implements Pinged {
  readonly sid = randomText(20);
  heardAt = performance.now();
  readonly #parts: LineParts;
  #transport: Transport;
  #handler: LineHandler | undefined;
  readonly #bucket: number;
  /** Only while polling, to keep them for its socket. */
  #topics: Set<string> | undefined;
  #poll: Poll | undefined;
  #isPosting = false;
  /** The buffer limit was exceeded. */
  #hasOverflowed = false;

  constructor(parts: LineParts, socket?: Socket) {
    this.#parts = parts;
    if (socket === undefined) {
      this.#transport = { tag: 'polling' };
      this.#poll = new Poll(parts.engine, { onAbort: () => this.close(), onTaken: () => this.drained() });
    } else this.#transport = { tag: 'websocket', socket };
    this.#bucket = parts.heartbeats.add(this);
  }

  /** Whether it still uses HTTP requests. */
  get isPolling(): boolean {
    return this.#transport.tag === 'polling' || this.#transport.tag === 'probing';
  }

  get isClosed(): boolean {
    return this.#transport.tag === 'closed';
  }

  begin(handler: LineHandler): void {
    this.#handler = handler;
  }

  // --- output
  // ----------------------------------------------------------------------------------------------------------

  send(packet: Frame): void {
    if (this.#transport.tag === 'closed') return;
    if (this.#transport.tag === 'websocket') {
      // Bun closes the socket then.
      if (this.#transport.socket.send(packet, this.#parts.compression.suits(packet)) === 0) this.#hasOverflowed = true;
      return;
    }
    this.#poll?.push(packet);
    if (this.backlog() <= this.#parts.maxBacklogBytes || this.#hasOverflowed) return;
    this.#hasOverflowed = true;
    this.close(true);
  }

  backlog(): number {
    if (this.#transport.tag === 'websocket') return this.#transport.socket.getBufferedAmount();
    return this.#poll?.backlog ?? 0;
  }

  join(topic: string): void {
    if (this.#transport.tag === 'websocket') this.#transport.socket.subscribe(topic);
    if (!this.isPolling) return;
    this.#topics ??= new Set();
    this.#topics.add(topic);
    this.#parts.streams.join(topic, this);
  }

  leave(topic: string): void {
    if (this.#transport.tag === 'websocket') this.#transport.socket.unsubscribe(topic);
    if (this.#topics?.delete(topic) === true) this.#parts.streams.leave(topic, this);
  }

  /** Closes the connection; clients reconnect by themselves. `isBehind`: the next poll still gets the buffer. */
  close(isBehind = false): void {
    const expectsPoll = isBehind && this.#poll?.isWaiting === false;
    // Clients defer events that arrive together with the close packet until they have reconnected, too late for
    // recovery.
    this.#end(expectsPoll ? undefined : this.#parts.engine.CLOSE, { expectsPoll: expectsPoll });
  }

  /** Unsent packets for a poll that arrives after the close: as much as one response may hold. */
  takeRest(): readonly Frame[] {
    return this.#poll?.take() ?? [];
  }

  /** Whether there are more of them. */
  get hasRest(): boolean {
    return this.#poll?.isBehind === true;
  }

  // --- input
  // -----------------------------------------------------------------------------------------------------------

  /** Handles packets of a request body, or one of a socket. Invalid input closes the connection; returns false then. */
  take(decode: () => readonly Packet[]): boolean {
    this.heardAt = performance.now();
    try {
      for (const packet of decode()) this.#take(packet);
      return true;
    } catch (error) {
      if (!(error instanceof DisconnectError)) this.#parts.report(error);
      this.close();
      return false;
    }
  }

  /** False while another POST is running: a client's packets have an order. */
  beginPost(): boolean {
    if (this.#isPosting) return false;
    this.#isPosting = true;
    return true;
  }

  endPost(): void {
    this.#isPosting = false;
  }

  /**
   * A GET: answered once there is something to send. Undefined if there is one already, which closes the connection.
   */
  async answerPoll(request: Request): Promise<Response | undefined> {
    const poll = this.#poll;
    if (poll === undefined) return undefined;
    if (poll.isWaiting) {
      this.close();
      return undefined;
    }
    return poll.answer(request);
  }

  /** A client's socket that replaces its requests. False if it has one already. */
  probe(socket: Socket): boolean {
    if (this.#transport.tag !== 'polling') return false;
    this.#transport = new Trial(socket, {
      letGo: () => {
        if (this.#poll?.isWaiting === true && this.#poll.backlog === 0) this.#poll.push(this.#parts.engine.NOOP);
      },
      late: () => this.#abandonProbe(socket),
    });
    return true;
  }

  /** Input of its socket. */
  received(frame: Frame, socket: Socket): void {
    const { engine } = this.#parts;
    const transport = this.#transport;
    // A refused socket may still deliver input.
    if (!('socket' in transport) || transport.socket !== socket) return;
    if (transport.tag === 'websocket') return void this.take(() => [engine.decodePacket(frame)]);
    if (frame === `${engine.PING}probe`) {
      transport.socket.send(`${engine.PONG}probe`);
      transport.probed();
    } else if (frame === engine.UPGRADE) this.#upgrade(transport);
    else this.#abandonProbe(transport.socket);
  }

  /** The client sent a control frame. */
  heard(): void {
    this.heardAt = performance.now();
  }

  /** The client has read its buffer. */
  drained(): void {
    this.#handler?.drained();
  }

  /** One of its sockets is closed. */
  socketClosed(socket: Socket, end: End): void {
    const transport = this.#transport;
    if (!('socket' in transport) || transport.socket !== socket) return;
    if (transport.tag === 'probing') {
      transport.end();
      this.#transport = { tag: 'polling' };
    } else this.#end(undefined, { end });
  }

  #take(packet: Packet): void {
    if (this.#transport.tag === 'closed') return;
    switch (packet.kind) {
      case 'message':
        return this.#handler?.receive(packet.message);
      case 'close':
        // A poll is released as if there were nothing to send.
        return this.#end(this.#parts.engine.NOOP, { expectsPoll: this.#poll?.isWaiting === false });
      case 'probe':
        // Only the server pings.
        throw new DisconnectError('badRequest');
      case 'pong':
      case 'noop':
      case 'upgrade':
        return;
      default:
        packet satisfies never;
    }
  }

  #upgrade(trial: Trial): void {
    trial.end();
    const { socket } = trial;
    const { engine, streams } = this.#parts;
    const poll = this.#poll;
    this.#poll = undefined;
    this.#transport = { tag: 'websocket', socket };
    for (const topic of this.#topics ?? []) {
      streams.leave(topic, this);
      socket.subscribe(topic);
    }
    this.#topics = undefined;
    for (const packet of poll?.takeAll() ?? []) socket.send(packet);
    poll?.end(engine.NOOP);
  }

  #abandonProbe(socket: Socket): void {
    if (this.#transport.tag === 'probing') this.#transport.end();
    this.#transport = { tag: 'polling' };
    socket.close();
  }

  #end(last: string | undefined, { expectsPoll: pollComes = false, end = 'closed' }: EndOptions = {}): void {
    const transport = this.#transport;
    if (transport.tag === 'closed') return;
    this.#transport = { tag: 'closed' };
    if (transport.tag === 'probing') transport.end();
    for (const topic of this.#topics ?? []) this.#parts.streams.leave(topic, this);
    this.#topics = undefined;
    this.#parts.heartbeats.remove(this, this.#bucket);
    this.#handler?.closed(this.#hasOverflowed ? 'dropped' : end);
    const wasWaiting = this.#poll?.isWaiting === true;
    this.#poll?.end(last);
    // A poll that is full is followed by another.
    this.#parts.forget(this, pollComes || (wasWaiting && this.hasRest));
    if (transport.tag === 'websocket' || transport.tag === 'probing') transport.socket.close();
  }
}
