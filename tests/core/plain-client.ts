import { ANONYMOUS, type Principal } from '../../src/core/access/principal.ts';
import { DISCONNECTS, type DisconnectName } from '../../src/core/disconnects.ts';
import type { Connection } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Session } from '../../src/core/sessions/session.ts';
import { Cursor } from '../../src/protocols/plain/cursor.ts';
import { plain } from '../../src/protocols/plain/protocol.ts';
import { TestNode } from './node.ts';

export type Answer = {
  readonly publications: readonly { readonly channel: string; readonly offset?: number; readonly data: unknown }[];
  readonly cursor: string;
  readonly recovered: boolean;
  readonly lost?: readonly string[];
};

/** An event as a client parses it: type, data, and the last id so far. */
export type Event = { readonly type: string; readonly data: Record<string, unknown>; readonly id: string };

type Asked = { readonly channels: readonly string[]; readonly cursor?: string; readonly principal?: Principal };

/** The request side of a session that needs no HTTP. */
class Line implements Connection {
  // Present, so that the session says why it closes.
  readonly streamKey = 'key';
  readonly #world: TestNode;
  readonly #take: (frame: Frame) => void;
  readonly #end: (kind: DisconnectName) => void;

  constructor(world: TestNode, take: (frame: Frame) => void, end: (kind: DisconnectName) => void) {
    this.#world = world;
    this.#take = take;
    this.#end = end;
  }

  send(frame: Frame): void {
    this.#take(frame);
  }

  backlog(): number {
    return 0;
  }

  join(topic: string): void {
    this.#world.fanout.join(topic, this);
  }

  leave(topic: string): void {
    this.#world.fanout.leave(topic, this);
  }

  close(code: number): void {
    this.#world.fanout.drop(this);
    const [kind] = Object.entries(DISCONNECTS).find(([, disconnect]) => disconnect.code === code) ?? ['internal'];
    this.#end(kind as DisconnectName);
  }
}

/** A node for plain HTTP. */
export function plainNode(options: ConstructorParameters<typeof TestNode>[0] = {}): TestNode {
  return new TestNode({ ...options, protocols: plain.protocols });
}

/** Starts a poll; `answer` rejects if the request is refused. */
export function poll(world: TestNode, { channels, cursor = '', principal = ANONYMOUS }: Asked) {
  const asked = { channels, cursor: Cursor.parse(cursor), token: '', subscriptionTokens: new Map() };
  const protocol = new plain.Poll(asked, 1_000);
  const connection = new Line(
    world,
    (frame) => protocol.take(frame),
    (kind) => protocol.ended(kind),
  );
  const session = world.node.open({ connection, protocol, principal, address: '192.0.2.1' });
  for (const command of plain.commandsOf(asked)) session.take(command);
  const answer = protocol.answer.then((body) => JSON.parse(body) as Answer).finally(() => session.closed());
  answer.catch(() => undefined);
  return { answer, session, timeOver: () => protocol.timeOver() };
}

/** Opens a stream; `events` is what an EventSource would parse. */
export function stream(world: TestNode, { channels, cursor = '', principal = ANONYMOUS }: Asked) {
  const asked = { channels, cursor: Cursor.parse(cursor), token: '', subscriptionTokens: new Map() };
  const seen: { text: string; endedBy?: DisconnectName } = { text: '' };
  const protocol = new plain.EventStream(asked, (why) => session.close(why), 0.5);
  const connection = new Line(
    world,
    (frame) => {
      seen.text += protocol.wrap(frame);
    },
    (kind) => {
      seen.endedBy = kind;
    },
  );
  const session: Session = world.node.open({ connection, protocol, principal, address: '192.0.2.1' });
  for (const command of plain.commandsOf(asked)) session.take(command);
  return { seen, session, opened: protocol.opened, preamble: protocol.preamble, events: () => readEvents(seen.text) };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function readEvents(text: string): Event[] {
  const events: Event[] = [];
  let id = '';
  for (const block of text.split('\n\n')) {
    const fields = new Map(block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]));
    id = fields.get('id') ?? id;
    const data = fields.get('data');
    if (data !== undefined) events.push({ type: fields.get('event') ?? 'message', data: JSON.parse(data), id });
  }
  return events;
}
