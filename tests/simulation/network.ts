import type { Connection, Fanout } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Session } from '../../src/core/sessions/session.ts';
import { type Line, parseFrame } from './lines.ts';
import type { World } from './world.ts';

export type SocketEvents = {
  /** Sent by the server; the client may receive it later or never. */
  said(line: Line): void;
  /** Received by the client. */
  received(line: Line): void;
  /** The client's end is closed. 1006: the connection was cut, or too much was buffered for this reader. */
  closed(code: number): void;
};

/** What happens to a frame on its way to one client; a healthy connection returns it unchanged. */
export type LineFault = (frame: Frame) => readonly Frame[];

/** The native fan-out of one node: topics with the sockets that joined them, and a number for each join. */
export class SimFanout implements Fanout {
  readonly topics = new Map<string, Map<SimSocket, number>>();
  #joins = 0;

  publish(topic: string, frame: Frame): void {
    for (const socket of [...(this.topics.get(topic)?.keys() ?? [])]) socket.send(frame);
  }

  join(topic: string, socket: SimSocket): void {
    this.#joins += 1;
    this.topics.set(topic, (this.topics.get(topic) ?? new Map()).set(socket, this.#joins));
  }

  leave(topic: string, socket: SimSocket): void {
    this.#remove(topic, socket);
  }

  drop(socket: SimSocket): void {
    for (const topic of [...this.topics.keys()]) this.#remove(topic, socket);
  }

  #remove(topic: string, socket: SimSocket): void {
    const sockets = this.topics.get(topic);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.topics.delete(topic);
  }
}

type LinkEvents = { readonly fanout: SimFanout; readonly events: SocketEvents; readonly fault: LineFault };

/** One client's connection to one node. Each direction keeps its order and has a delay. */
export class SimSocket implements Connection {
  /** Set by the node that accepts it. */
  session: Session | undefined;
  /** Milliseconds from the server to the client; large for a slow reader. */
  latency: number;
  /** Characters that may be buffered before the client is cut off. */
  backlogLimit = Number.POSITIVE_INFINITY;
  /** Data of channels without history the server has sent to it. */
  readonly handed = new Set<string>();
  readonly #world: World;
  readonly #ends: LinkEvents;
  #backlog = 0;
  /** When the last message in flight arrives, in each direction. */
  #downAt = 0;
  #upAt = 0;
  /** Whether the server can still send, and the client still receive it. */
  #open = true;
  #hears = true;

  constructor(world: World, ends: LinkEvents) {
    this.#world = world;
    this.#ends = ends;
    this.latency = world.random.between(0, 10);
  }

  // --- the server's end ---

  get isOpen(): boolean {
    return this.#open;
  }

  send(frame: Frame): void {
    for (const faulty of this.#ends.fault(frame)) this.#queue(faulty);
  }

  backlog(): number {
    return this.#backlog;
  }

  join(topic: string): void {
    if (this.#open) this.#ends.fanout.join(topic, this);
  }

  leave(topic: string): void {
    this.#ends.fanout.leave(topic, this);
  }

  close(code: number): void {
    if (!this.#open) return;
    this.#endServer();
    this.#down(() => this.#endClient(code));
  }

  // --- the client's end ---

  /** Sends a client's frame. `arrives` is called right before the server receives it. */
  write(frame: Frame, arrives: () => void): void {
    this.#up(() => {
      if (!this.#open) return;
      arrives();
      this.session?.receive(frame);
    });
  }

  /** The client closes. The server notices, or, on a half-open connection, never does. */
  cut(serverHears: boolean): void {
    this.#hears = false;
    if (serverHears) this.#up(() => this.#endServer());
  }

  /** The process at the other end is gone: data in flight to the client is lost. */
  serverDied(): void {
    this.#open = false;
    this.#ends.fanout.drop(this);
    this.#world.after(this.#world.random.between(0, 10), () => this.#endClient(1006));
  }

  #queue(frame: Frame): void {
    if (!this.#open) return;
    const lines = parseFrame(frame);
    this.#backlog += frame.length;
    for (const line of lines) this.#ends.events.said(line);
    this.#down(() => {
      this.#backlog -= frame.length;
      for (const line of lines) if (this.#hears) this.#ends.events.received(line);
    });
    if (this.#backlog > this.backlogLimit) this.#overflow();
  }

  /** The buffer is full: the socket closes after what fits. The runtime tells the session in a later turn. */
  #overflow(): void {
    this.#open = false;
    this.#ends.fanout.drop(this);
    this.#world.soon(() => this.session?.closed());
    this.#down(() => this.#endClient(1006));
  }

  #endServer(): void {
    this.#open = false;
    this.#ends.fanout.drop(this);
    this.session?.closed();
  }

  #endClient(code: number): void {
    if (!this.#hears) return;
    this.#hears = false;
    this.#ends.events.closed(code);
  }

  #down(run: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.#world.now() + this.#world.random.between(0, this.latency));
    this.#world.after(this.#downAt - this.#world.now(), run);
  }

  #up(run: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.#world.now() + this.#world.random.between(0, 10));
    this.#world.after(this.#upAt - this.#world.now(), run);
  }
}
