import type { Principal } from '../../src/core/access/principal.ts';
import type { Node } from '../../src/core/node/node.ts';
import type { Connection, Fanout } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Session } from '../../src/core/sessions/session.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';

const GIVE_UP_MS = 30_000;

/** A line sent by the server. */
export type Said = {
  readonly id?: number;
  readonly error?: { readonly code: number };
  readonly push?: { readonly channel: string; readonly pub?: { readonly data: unknown } };
} & Readonly<Record<string, unknown>>;

/** Fan-out without sockets. */
export class Topics implements Fanout {
  readonly #joined = new Map<string, Set<Line>>();

  publish(topic: string, frame: Frame): void {
    for (const line of this.#joined.get(topic) ?? []) line.send(frame);
  }

  join(topic: string, line: Line): void {
    this.#joined.set(topic, (this.#joined.get(topic) ?? new Set()).add(line));
  }

  leave(topic: string, line: Line): void {
    const lines = this.#joined.get(topic);
    lines?.delete(line);
    if (lines?.size === 0) this.#joined.delete(topic);
  }

  /** How many topics have subscribers. */
  get size(): number {
    return this.#joined.size;
  }
}

/** A live connection without a socket, with everything it received. */
export class Line implements Connection {
  readonly said: Said[] = [];
  closedWith: number | undefined;
  /** Characters of the longest frame received. */
  longest = 0;
  readonly #topics: Topics;
  readonly #joined = new Set<string>();
  readonly #session: Session;

  constructor({ node, topics }: { readonly node: Node; readonly topics: Topics }, principal: Principal) {
    this.#topics = topics;
    this.#session = node.open({ connection: this, protocol: centrifugeJson, principal, address: '192.0.2.1' });
  }

  /** Passes a frame to the server. */
  receive(frame: Frame): void {
    this.#session.receive(frame);
  }

  /** Sends a command and returns its reply. */
  async ask(id: number, command: Readonly<Record<string, unknown>>): Promise<Said> {
    this.receive(JSON.stringify({ id, ...command }));
    await this.until(() => this.said.some((said) => said.id === id));
    return this.said.find((said) => said.id === id) as Said;
  }

  /** Resolves once the condition holds; checks on each turn of the event loop, and rejects when overdue. */
  async until(holds: () => boolean): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    while (!holds()) {
      if (performance.now() > giveUpAt)
        throw new Error(`nothing more arrived after ${JSON.stringify(this.said.at(-1))}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The client hangs up. */
  hangUp(): void {
    this.#end(0);
    this.#session.closed();
  }

  send(frame: Frame): void {
    this.longest = Math.max(this.longest, frame.length);
    for (const line of String(frame).split('\n')) this.said.push(JSON.parse(line) as Said);
  }

  backlog(): number {
    return 0;
  }

  join(topic: string): void {
    this.#joined.add(topic);
    this.#topics.join(topic, this);
  }

  leave(topic: string): void {
    this.#joined.delete(topic);
    this.#topics.leave(topic, this);
  }

  close(code: number): void {
    this.#end(code);
  }

  #end(code: number): void {
    this.closedWith ??= code;
    for (const topic of [...this.#joined]) this.leave(topic);
  }
}
