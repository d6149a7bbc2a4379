import type { Feature } from '../../core/feature.ts';
import type { Node } from '../../core/node.ts';
import type { Principal } from '../../core/principal.ts';
import type { Protocol } from '../../core/protocol.ts';
import type { Push } from '../../core/pushes.ts';
import { type Dialect, dialectOf, MAIN } from './dialect.ts';
import { encodePublication, encodePush } from './encode.ts';
import { engine } from './engine-packets.ts';
import { type EngineLine, type LineCaller, type LineHandler, type LineSettings, SocketIoLine } from './line.ts';
import { Member } from './member.ts';
import { Recovery } from './recovery.ts';
import { RECORDS_DEFINITION, RECORDS_NAMESPACE } from './recovery-records.ts';
import { answerRooms } from './rooms-route.ts';

/** How long a line may be in no namespace. */
const CONNECT_MS = 10_000;

export type SocketIoSettings = {
  /** Banyan namespaces that are Socket.IO namespaces of their own, `demo` as `/demo`. */
  readonly namespaces: readonly string[];
  /** How long a client that has lost its line is waited for, in milliseconds; 0: recovery is off. */
  readonly recoveryMs: number;
};

/**
 * Socket.IO v5 over Engine.IO v4: namespaces, rooms and events over channels, with connection state recovery from the
 * log. https://socket.io/docs/v4/socket-io-protocol/
 */
export class SocketIo {
  /** The codec of what is beneath. */
  readonly engine = engine;
  /** What all clients of a namespace are told alike, for the hub. */
  readonly protocols: readonly Protocol[];
  /** Its own part among features: where recovery is written down. */
  readonly feature: Feature;
  readonly #settings: SocketIoSettings;
  readonly #dialects: readonly (readonly [Dialect, Protocol])[];
  #node: Node | undefined;
  #recovery: Recovery | undefined;
  #line: LineSettings | undefined;

  constructor(settings: SocketIoSettings) {
    this.#settings = settings;
    const dialects = [MAIN, ...settings.namespaces.filter((name) => name !== '').map(dialectOf)];
    this.#dialects = dialects.map((dialect) => [dialect, this.#sharedBy(dialect)]);
    this.protocols = this.#dialects.map(([, protocol]) => protocol);
    this.feature = {
      name: 'socketio',
      namespaces: { [RECORDS_NAMESPACE]: RECORDS_DEFINITION },
      operations: [],
    };
  }

  /** To be called once, before the first line is opened. */
  attach(node: Node): void {
    this.#node = node;
    const { recoveryMs } = this.#settings;
    if (recoveryMs > 0) this.#recovery = new Recovery(node, recoveryMs);
    const recovery = this.#recovery;
    const namespaces: LineSettings['namespaces'] = new Map(
      this.#dialects.map(([dialect, shared]) => {
        const parts = { node, dialect, shared, recovery };
        return [dialect.namespace, (line, entry) => new Member(parts, line, entry)];
      }),
    );
    this.#line = { clock: node.clock, connectMs: CONNECT_MS, namespaces };
  }

  /** Learns what clients were in when the process before this one ended. To be called before the first connection. */
  async catchUp(): Promise<void> {
    await this.#recovery?.load();
  }

  /** Writes down what clients were told last. To be called when all lines are closed. */
  async settled(): Promise<void> {
    await this.#recovery?.settled();
  }

  /** A client's line has opened. */
  open(engineLine: EngineLine, caller: LineCaller): LineHandler {
    if (this.#line === undefined) throw new Error('a line was opened before there was a node');
    return new SocketIoLine(this.#line, engineLine, caller);
  }

  /** The newest messages of a room; see `answerRooms`. */
  answerRooms(request: Request, principal: Principal): Promise<Response> {
    return answerRooms(this.#attached, request, principal);
  }

  get #attached(): Node {
    if (this.#node === undefined) throw new Error('a request came before there was a node');
    return this.#node;
  }

  #sharedBy(dialect: Dialect): Protocol {
    return {
      name: dialect.name,
      decode: () => [],
      encodeReply: () => [],
      encodePush: (push) => this.#encode(dialect, push),
    };
  }

  #encode(dialect: Dialect, push: Push) {
    if (push.kind !== 'publication') return encodePush(dialect, push, (channel) => this.#countIn(channel));
    const { channel, publication } = push;
    const epoch = this.#attached.hub.get(channel)?.position.epoch ?? '';
    return encodePublication(dialect, channel, publication, this.#recovery?.cursorOf(channel, epoch, publication));
  }

  #countIn(channel: string): number | undefined {
    return this.#attached.hub.get(channel)?.present?.size;
  }
}
