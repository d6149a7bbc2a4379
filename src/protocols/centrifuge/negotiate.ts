/** How commands and pushes are written. */
export type Format = 'json' | 'protobuf';

/** What is spoken on a connection, and the WebSocket subprotocol to answer the handshake with, if one was offered. */
export type Spoken = { readonly format: Format; readonly subprotocol?: string };

const SUBPROTOCOLS: ReadonlyMap<string, Format> = new Map([
  ['centrifuge-protobuf', 'protobuf'],
  ['centrifuge-json', 'json'],
]);

/**
 * JSON, unless the handshake asks for Protobuf: by the first subprotocol that we know, or by `cf_protocol` or
 * `format` in the query. `offered` is the value of Sec-WebSocket-Protocol.
 */
export function negotiate(url: string, offered: string | null): Spoken {
  for (const subprotocol of offered?.split(',').map((name) => name.trim()) ?? []) {
    const format = SUBPROTOCOLS.get(subprotocol);
    if (format !== undefined) return { format, subprotocol };
  }
  const { searchParams } = new URL(url);
  const wanted = searchParams.get('cf_protocol') ?? searchParams.get('format');
  return { format: wanted === 'protobuf' ? 'protobuf' : 'json' };
}
