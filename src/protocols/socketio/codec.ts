import type { Protocol } from '../../core/protocol/protocol.ts';
import type { Push } from '../../core/protocol/pushes.ts';
import { Cursors } from './cursors.ts';
import { type Dialect, dialectOf, MAIN } from './dialect.ts';
import { encodePublication, encodePush } from './encode.ts';

/** A Socket.IO namespace, and the encoding shared by its clients. */
export type SharedDialect = { readonly dialect: Dialect; readonly shared: Protocol };

/** What the node needs of Socket.IO for its fan-out; created before the node. */
export class SocketIoCodec {
  readonly dialects: readonly SharedDialect[];
  /** Absent if recovery is off. */
  readonly cursors: Cursors | undefined;

  /** `namespaces`: Banyan namespaces with their own Socket.IO namespace, `demo` as `/demo`. */
  constructor(namespaces: readonly string[], recovers: boolean) {
    this.cursors = recovers ? new Cursors() : undefined;
    const dialects = [MAIN, ...namespaces.filter((name) => name !== '').map(dialectOf)];
    this.dialects = dialects.map((dialect) => ({ dialect, shared: this.#sharedBy(dialect) }));
  }

  get protocols(): readonly Protocol[] {
    return this.dialects.map(({ shared }) => shared);
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
    if (push.kind !== 'publication') return encodePush(dialect, push);
    const { channel, epoch, publication } = push;
    return encodePublication(dialect, channel, publication, this.cursors?.of(channel, epoch, publication));
  }
}
