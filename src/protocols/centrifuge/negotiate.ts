import type { Protocol } from '../../core/protocol.ts';
import { centrifugeJson, centrifugeProtobuf } from './protocol.ts';

/** What is spoken on a connection, and the WebSocket subprotocol to answer the handshake with, if one was offered. */
export type Spoken = { readonly protocol: Protocol; readonly subprotocol?: string };

const SUBPROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['centrifuge-protobuf', centrifugeProtobuf],
  ['centrifuge-json', centrifugeJson],
]);

/**
 * JSON, unless the handshake asks for Protobuf: by the first subprotocol that we know, or by `cf_protocol` or
 * `format` in the query. `offered` is the value of Sec-WebSocket-Protocol.
 */
export function negotiate(url: string, offered: string | null): Spoken {
  for (const subprotocol of offered?.split(',').map((name) => name.trim()) ?? []) {
    const protocol = SUBPROTOCOLS.get(subprotocol);
    if (protocol !== undefined) return { protocol, subprotocol };
  }
  const { searchParams } = new URL(url);
  const wanted = searchParams.get('cf_protocol') ?? searchParams.get('format');
  return { protocol: wanted === 'protobuf' ? centrifugeProtobuf : centrifugeJson };
}
