import { ANONYMOUS } from '../../src/core/access/principal.ts';
import type { Namespace } from '../../src/core/channels/namespace.ts';
import { type Quotas, UNLIMITED } from '../../src/core/limits/quotas.ts';
import type { Hooks } from '../../src/core/node/hooks.ts';
import type { Connection } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { EngineLine, LineHandler } from '../../src/protocols/socketio/line.ts';
import { SOCKETIO_NAMESPACES, SocketIo, SocketIoCodec } from '../../src/protocols/socketio/protocol.ts';
import type { TopicFanout } from './client.ts';
import { PLAIN, TestNode } from './node.ts';
import type { WatchedLog } from './watched-log.ts';

const ROOMS: Namespace = { ...PLAIN, history: 'durable', presence: true, joinLeave: true };

/** The client's end of a Socket.IO connection without a transport. */
export class Line implements EngineLine {
  readonly frames: Frame[] = [];
  isOpen = true;
  /** Unsent bytes, as the server sees them. */
  waiting = 0;
  handler: LineHandler | undefined;
  readonly #fanout: TopicFanout;

  constructor(fanout: TopicFanout) {
    this.#fanout = fanout;
  }

  say(message: string): void {
    this.handler?.receive(message);
  }

  /** The JSON of the last frame with this prefix. */
  last(start: string): unknown {
    const frame = this.frames.findLast((each) => typeof each === 'string' && each.startsWith(start));
    return frame === undefined ? undefined : JSON.parse(String(frame).slice(start.length));
  }

  /** The arguments of all events of that name. */
  events(name: string): unknown[][] {
    return this.frames.flatMap((frame) => {
      const [event, ...args] = /^42\[/.test(String(frame)) ? (JSON.parse(String(frame).slice(2)) as unknown[]) : [];
      return event === name ? [args] : [];
    });
  }

  get messages(): unknown[] {
    return this.events('new_message').map(([message]) => (message as { content: unknown }).content);
  }

  send(frame: Frame): void {
    if (this.isOpen) this.frames.push(frame);
  }

  backlog(): number {
    return this.waiting;
  }

  join(topic: string): void {
    this.#fanout.join(topic, this as unknown as Connection);
  }

  leave(topic: string): void {
    this.#fanout.leave(topic, this as unknown as Connection);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#fanout.drop(this as unknown as Connection);
    this.handler?.closed('cut');
  }
}

/** Socket.IO on a node with memory adapters. */
export class World {
  readonly socketio: SocketIo;
  readonly node: TestNode;

  /** `rooms`: options that differ from the defaults. */
  constructor(
    hooks: Partial<Hooks> = {},
    { quotas = UNLIMITED, ...rooms }: Partial<Namespace & { quotas: Quotas }> = {},
    log?: WatchedLog,
  ) {
    const codec = new SocketIoCodec(['log'], true);
    this.node = new TestNode({
      ...{ hooks, quotas, ...(log !== undefined && { log }) },
      namespaces: { rooms: { options: { ...ROOMS, ...rooms } }, ...SOCKETIO_NAMESPACES },
      protocols: codec.protocols,
    });
    this.socketio = new SocketIo(this.node.node, codec, 60_000);
  }

  /** The server that starts after this one was killed, with only the log kept. */
  async afterKill(): Promise<World> {
    const next = new World({}, {}, this.node.log);
    const loaded = next.socketio.catchUp();
    await next.node.clock.settle();
    await loaded;
    return next;
  }

  open(): Line {
    const line = new Line(this.node.fanout);
    line.handler = this.socketio.open(line, { principal: ANONYMOUS, address: '192.0.2.1' });
    return line;
  }

  async connected(auth: object = {}): Promise<Line> {
    const line = this.open();
    await this.say(line, `0${JSON.stringify(auth)}`);
    return line;
  }

  /** Reconnects as the stock client does, after receiving events up to the `upTo`-th. */
  async back(from: Line, pid: string, upTo = Number.POSITIVE_INFINITY): Promise<Line> {
    const cursors = from.events('new_message').slice(0, upTo);
    return this.connected({ pid, offset: cursors.at(-1)?.at(-1) });
  }

  async say(line: Line, ...messages: string[]): Promise<void> {
    for (const message of messages) line.say(message);
    await this.node.clock.settle();
  }

  async speak(room: string, ...contents: unknown[]): Promise<void> {
    for (const content of contents) {
      const done = this.node.node.publish(`rooms:${room}`, JSON.stringify(content));
      await this.node.clock.settle();
      await done;
      await this.node.clock.settle();
    }
  }
}

/** The recovery data the client was given. */
export const pidOf = (line: Line) => (line.last('40') as { readonly pid: string }).pid;
