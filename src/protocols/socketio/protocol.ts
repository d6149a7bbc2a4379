import type { Principal } from '../../core/access/principal.ts';
import type { Node } from '../../core/node/node.ts';
import type { NamespaceDefinition } from '../../core/operations/feature.ts';
import type { SocketIoCodec } from './codec.ts';
import { engine } from './engine-packets.ts';
import { type EngineLine, type LineCaller, type LineHandler, type LineSettings, SocketIoLine } from './line.ts';
import { Member } from './member.ts';
import { Recovery } from './recovery.ts';
import { RECORDS_DEFINITION, RECORDS_NAMESPACE } from './recovery-records.ts';
import { answerRooms } from './rooms-route.ts';

export { SocketIoCodec } from './codec.ts';

/** How long a connection may be in no namespace. */
const CONNECT_MS = 10_000;

/** The namespaces in which Socket.IO keeps what recovery needs. */
export const SOCKETIO_NAMESPACES: Readonly<Record<string, NamespaceDefinition>> = {
  [RECORDS_NAMESPACE]: RECORDS_DEFINITION,
};

/**
 * Socket.IO v5 over Engine.IO v4: namespaces, rooms and events over channels, with connection state recovery from the
 * log. https://socket.io/docs/v4/socket-io-protocol/
 */
export class SocketIo {
  /** The codec of Engine.IO. */
  readonly engine = engine;
  readonly #node: Node;
  readonly #recovery: Recovery | undefined;
  readonly #line: LineSettings;

  /** `recoveryMs`: how long a disconnected client can be recovered, if `codec` supports it. */
  constructor(node: Node, codec: SocketIoCodec, recoveryMs: number) {
    this.#node = node;
    const { cursors } = codec;
    const recovery = cursors && new Recovery(node, cursors, recoveryMs);
    this.#recovery = recovery;
    const namespaces: LineSettings['namespaces'] = new Map(
      codec.dialects.map(({ dialect, shared }) => {
        const parts = { node, dialect, shared, recovery };
        return [dialect.namespace, (line, entry) => new Member(parts, line, entry)];
      }),
    );
    this.#line = { clock: node.clock, connectMs: CONNECT_MS, namespaces };
  }

  /** Loads the subscriptions of clients of the previous process. To be called before the first connection. */
  async catchUp(): Promise<void> {
    await this.#recovery?.load();
  }

  /** Records the last publications sent. To be called when all connections are closed. */
  async settled(): Promise<void> {
    await this.#recovery?.settled();
  }

  /** A client's connection has opened. */
  open(engineLine: EngineLine, caller: LineCaller): LineHandler {
    return new SocketIoLine(this.#line, engineLine, caller);
  }

  /** The newest messages of a room; see `answerRooms`. */
  answerRooms(request: Request, principal: Principal): Promise<Response> {
    return answerRooms(this.#node, request, principal);
  }
}
