/** The encoding of commands and pushes. */
export type Format = 'json' | 'protobuf';

/** The negotiated encoding, and the WebSocket subprotocol for the handshake response, if one was offered. */
export type Negotiated = { readonly format: Format; readonly subprotocol?: string };

const SUBPROTOCOLS: ReadonlyMap<string, Format> = new Map([
  ['centrifuge-protobuf', 'protobuf'],
  ['centrifuge-json', 'json'],
]);

/**
 * JSON, unless the handshake requests Protobuf: by the first known subprotocol, or by `cf_protocol` or `format` in the
 * query. `offered` is the value of Sec-WebSocket-Protocol.
 */
export function negotiate(url: string, offered: string | null): Negotiated {
  for (const subprotocol of offered?.split(',').map((name) => name.trim()) ?? []) {
    const format = SUBPROTOCOLS.get(subprotocol);
    if (format !== undefined) return { format, subprotocol };
  }
  const { searchParams } = new URL(url);
  const wanted = searchParams.get('cf_protocol') ?? searchParams.get('format');
  return { format: wanted === 'protobuf' ? 'protobuf' : 'json' };
}
