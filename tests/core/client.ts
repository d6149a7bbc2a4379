import { ANONYMOUS, type Principal } from '../../src/core/access/principal.ts';
import type { Node } from '../../src/core/node/node.ts';
import type { Connection, Fanout } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Session } from '../../src/core/sessions/session.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';

/** Topics without sockets. */
export class TopicFanout implements Fanout {
  readonly #topics = new Map<string, Set<Connection>>();

  publish(topic: string, frame: Frame): void {
    for (const connection of [...(this.#topics.get(topic) ?? [])]) connection.send(frame);
  }

  join(topic: string, connection: Connection): void {
    this.#topics.set(topic, (this.#topics.get(topic) ?? new Set()).add(connection));
  }

  leave(topic: string, connection: Connection): void {
    this.#topics.get(topic)?.delete(connection);
  }

  /** The subscribers of each topic. */
  get joined(): number {
    return [...this.#topics.values()].reduce((sum, { size }) => sum + size, 0);
  }

  drop(connection: Connection): void {
    for (const connections of this.#topics.values()) connections.delete(connection);
  }
}

/** A protocol line with loose types: a field that is absent is undefined. */
export type Line = {
  readonly id?: number;
  readonly push?: Push;
  readonly error?: Refusal;
  readonly [key: string]: unknown;
};
type Refusal = { readonly code: number; readonly message: string; readonly temporary?: boolean };
type Push = { readonly channel: string; readonly pub?: Pub; readonly [key: string]: unknown };
type Pub = { readonly data: unknown; readonly offset?: number };

/** The client's end of a connection without a socket. It records everything it received. */
export class Client implements Connection {
  readonly lines: Line[] = [];
  /** The code the server closed the connection with. */
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  /** Unsent bytes, as the server sees them. */
  waiting = 0;
  readonly session: Session;
  readonly #fanout: TopicFanout;
  #lastId = 0;

  constructor(node: Node, fanout: TopicFanout, principal: Principal = ANONYMOUS) {
    this.#fanout = fanout;
    this.session = node.open({ connection: this, protocol: centrifugeJson, principal, address: '192.0.2.1' });
  }

  /** Sends commands as one frame and returns their ids. */
  say(...commands: readonly Record<string, unknown>[]): number[] {
    const numbered = commands.map((command) => ({ id: ++this.#lastId, ...command }));
    this.session.receive(numbered.map((command) => JSON.stringify(command)).join('\n'));
    return numbered.map(({ id }) => id);
  }

  /** The reply to the command with that id. */
  answer(id: number | undefined): Line | undefined {
    return this.lines.find((line) => line.id === id);
  }

  /** Closes the connection from this side. */
  hangUp(): void {
    this.#fanout.drop(this);
    this.session.closed();
  }

  /** Pushes received for a channel. */
  pushes(channel: string): Push[] {
    return this.lines.flatMap(({ push }) => (push?.channel === channel ? [push] : []));
  }

  /** Offsets of live publications, in arrival order. */
  offsets(channel: string): (number | undefined)[] {
    return this.pushes(channel).flatMap(({ pub }) => (pub === undefined ? [] : [pub.offset]));
  }

  /** Data of live publications. */
  published(channel: string): unknown[] {
    return this.pushes(channel).flatMap(({ pub }) => (pub === undefined ? [] : [pub.data]));
  }

  send(frame: Frame): void {
    if (this.closedWith !== undefined) throw new Error('sent to a closed connection');
    for (const line of String(frame).split('\n')) this.lines.push(JSON.parse(line) as Line);
  }

  backlog(): number {
    return this.waiting;
  }

  join(topic: string): void {
    this.#fanout.join(topic, this);
  }

  leave(topic: string): void {
    this.#fanout.leave(topic, this);
  }

  close(code: number, reason: string): void {
    this.#fanout.drop(this);
    this.closedWith = { code, reason };
  }
}
