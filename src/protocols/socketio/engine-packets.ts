import { DisconnectError } from '../../core/disconnects.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import { fromBase64, toBase64 } from '../../core/text/base64.ts';

/**
 * Engine.IO v4: packets whose first character is their type; binary messages have none.
 * https://socket.io/docs/v4/engine-io-protocol/
 */
const OPEN = '0';
const CLOSE = '1';
const PING = '2';
const PONG = '3';
export const MESSAGE = '4';
const UPGRADE = '5';
const NOOP = '6';

const SEPARATOR = '\x1e';
const BINARY = 'b';
/** Packets per payload: a client buffers while one of its requests is running. */
const PAYLOAD_LIMIT = 10_000;

/** Packets per response: python-engineio accepts no more (`Payload.max_decode_packets`) and closes the connection. */
const ANSWER_PACKETS = 16;

/** A client packet. `probe`: a ping that tests a WebSocket. */
export type EnginePacket =
  | { readonly kind: 'close' | 'probe' | 'pong' | 'upgrade' | 'noop' }
  | { readonly kind: 'message'; readonly message: Frame };

/** Decodes one packet of a WebSocket. Throws `DisconnectError('badRequest')` if it is invalid. */
function decodePacket(packet: Frame): EnginePacket {
  if (typeof packet !== 'string') return { kind: 'message', message: packet };
  switch (packet.charAt(0)) {
    case MESSAGE:
      return { kind: 'message', message: packet.slice(1) };
    case PONG:
      return { kind: 'pong' };
    case PING:
      return { kind: 'probe' };
    case CLOSE:
      return { kind: 'close' };
    case UPGRADE:
      return { kind: 'upgrade' };
    case NOOP:
      return { kind: 'noop' };
    default:
      throw new DisconnectError('badRequest');
  }
}

/** Decodes the packets of a request body. Throws `DisconnectError('badRequest')`. */
function decodePayload(body: string): readonly EnginePacket[] {
  const packets = body.split(SEPARATOR, PAYLOAD_LIMIT + 1);
  if (packets.length > PAYLOAD_LIMIT) throw new DisconnectError('badRequest');
  return packets.map((packet) => (packet.startsWith(BINARY) ? decodeBinary(packet) : decodePacket(packet)));
}

function decodeBinary(packet: string): EnginePacket {
  const message = fromBase64(packet.slice(1));
  if (message === undefined) throw new DisconnectError('badRequest');
  return { kind: 'message', message };
}

/** Encodes at least one packet as a response body. */
function encodePayload(packets: readonly Frame[]): string {
  return packets
    .map((packet) => (typeof packet === 'string' ? packet : `${BINARY}${toBase64(packet)}`))
    .join(SEPARATOR);
}

/** The content of the open packet. Times in milliseconds, `maxPayload` in bytes. */
export type Handshake = {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
};

function encodeOpen({ sid, upgrades, pingInterval, pingTimeout, maxPayload }: Handshake): string {
  return OPEN + JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, maxPayload });
}

/** The refusal of a request; codes of the reference server. */
const REFUSALS = {
  unknownTransport: { code: 0, message: 'Transport unknown' },
  unknownSession: { code: 1, message: 'Session ID unknown' },
  badMethod: { code: 2, message: 'Bad handshake method' },
  badRequest: { code: 3, message: 'Bad request' },
  unsupportedVersion: { code: 5, message: 'Unsupported protocol version' },
} as const;

export type Refusal = keyof typeof REFUSALS;

/** The parsed query of a request. */
export type EngineQuery = { readonly transport: 'polling' | 'websocket'; readonly sid: string | undefined };

/** Parses a URL's query, or returns why it is refused. */
function engineQueryOf(query: URLSearchParams): EngineQuery | Refusal {
  const transport = query.get('transport');
  if (transport !== 'polling' && transport !== 'websocket') return 'unknownTransport';
  if (query.get('EIO') !== '4') return 'unsupportedVersion';
  return { transport, sid: query.get('sid') ?? undefined };
}

/** Everything a runtime needs of Engine.IO. */
export const engine = {
  ...{ CLOSE, PING, PONG, UPGRADE, NOOP, REFUSALS, ANSWER_PACKETS },
  ...{ decodePacket, decodePayload, encodePayload, encodeOpen, engineQueryOf: engineQueryOf },
} as const;
