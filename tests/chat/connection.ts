import type { Principal } from '../../src/core/access/principal.ts';
import type { Node } from '../../src/core/node/node.ts';
import type { Connection, Fanout } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Session } from '../../src/core/sessions/session.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';

type Message = Record<string, unknown> & { readonly id?: number; readonly push?: Push };
type Push = {
  readonly channel: string;
  readonly pub?: { readonly data: unknown; readonly offset?: number };
  readonly subscribe?: unknown;
};

/** Topics without sockets. */
export class TestFanout implements Fanout {
  readonly joined = new Map<string, Set<TestConnection>>();

  publish(topic: string, frame: Frame): void {
    for (const connection of this.joined.get(topic) ?? []) connection.send(frame);
  }
}

/** A live connection and everything it received. */
export class TestConnection implements Connection {
  readonly messages: Message[] = [];
  readonly #fanout: TestFanout;
  readonly #session: Session;
  #lastId = 0;
  #waiting: (() => void)[] = [];

  private constructor(node: Node, fanout: TestFanout, principal: Principal) {
    this.#fanout = fanout;
    this.#session = node.open({ connection: this, protocol: centrifugeJson, principal, address: '192.0.2.1' });
  }

  static async open(node: Node, fanout: TestFanout, principal: Principal): Promise<TestConnection> {
    const connection = new TestConnection(node, fanout, principal);
    await connection.ask({ connect: {} });
    return connection;
  }

  /** Sends a command and returns its reply. */
  async ask(command: Record<string, unknown>): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#session.receive(JSON.stringify({ id, ...command }));
    return this.until((message) => message.id === id);
  }

  /** Resolves with a message already received or still to come. */
  async until(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves with a publication of the channel, already received or still to come. */
  async publication(channel: string, wanted: (data: never) => boolean): Promise<unknown> {
    const isWanted = ({ push }: Message) =>
      push?.channel === channel && push.pub !== undefined && wanted(push.pub.data as never);
    return (await this.until(isWanted)).push?.pub?.data;
  }

  published(channel: string): unknown[] {
    return this.messages.flatMap(({ push }) =>
      push?.channel === channel && push.pub !== undefined ? [push.pub.data] : [],
    );
  }

  send(frame: Frame): void {
    for (const line of String(frame).split('\n')) if (line !== '') this.messages.push(JSON.parse(line) as Message);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  backlog(): number {
    return 0;
  }

  join(topic: string): void {
    const joined = this.#fanout.joined.get(topic) ?? new Set();
    this.#fanout.joined.set(topic, joined.add(this));
  }

  leave(topic: string): void {
    this.#fanout.joined.get(topic)?.delete(this);
  }

  close(): void {
    for (const connections of this.#fanout.joined.values()) connections.delete(this);
  }
}
