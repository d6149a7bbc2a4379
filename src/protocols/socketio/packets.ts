import { DisconnectError } from '../../core/disconnects.ts';
import type { Frame, Frames } from '../../core/protocol/protocol.ts';
import { type Attached, detach } from './attachments.ts';
import { MESSAGE } from './engine-packets.ts';

/**
 * Socket.IO v5: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]` in an Engine.IO message, then the attachments as
 * binary messages. https://socket.io/docs/v4/socket-io-protocol/
 */
const CONNECT = 0;
const DISCONNECT = 1;
const EVENT = 2;
const ACK = 3;
const CONNECT_ERROR = 4;
const BINARY_EVENT = 5;
const BINARY_ACK = 6;

const ZERO = '0'.charCodeAt(0);

/** Longest name of a namespace, in UTF-16 units. */
const NAMESPACE_LIMIT = 255;

/** Names that clients reserve. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'],
]);

/** A client's packet in a namespace (`/`, `/demo`). */
export type Packet = { readonly namespace: string } & (
  | { readonly kind: 'connect'; readonly auth: Readonly<Record<string, unknown>> }
  | { readonly kind: 'disconnect' }
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly args: readonly unknown[];
      /** The event and its arguments as the client wrote them. */
      readonly json?: string;
      /** Present if the client wants an ack. */
      readonly ack?: number;
    }
  | { readonly kind: 'ack'; readonly ack: number; readonly args: readonly unknown[] }
);

/** A packet as the client sends it; for binary types, with the number of binary messages that follow. */
export type Head = { readonly packet: Packet; readonly attachments: number };

/** Decodes a text message. Throws `DisconnectError('badRequest')` for an invalid packet. */
export function decodeHead(text: string): Head {
  const type = text.charCodeAt(0) - ZERO;
  const isBinary = type === BINARY_EVENT || type === BINARY_ACK;
  let at = 1;
  let attachments = 0;
  if (isBinary) {
    const digits = digitsAt(text, at);
    at += digits.length + 1;
    attachments = Number(digits);
    if (text.charAt(at - 1) !== '-' || !Number.isSafeInteger(attachments) || attachments < 1) throw wrong();
  }
  const namespace = namespaceAt(text, at);
  if (namespace !== '') at += namespace.length + (text.charAt(at + namespace.length) === ',' ? 1 : 0);
  const digits = digitsAt(text, at);
  const rest = { namespace: nameOf(namespace), id: idOf(digits), json: text.slice(at + digits.length) };
  return { packet: packetOf(type, rest), attachments };
}

type Rest = { readonly namespace: string; readonly id: number | undefined; readonly json: string };

function packetOf(type: number, { namespace, id, json }: Rest): Packet {
  switch (type) {
    case CONNECT: {
      const auth = json === '' ? {} : parse(json);
      if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) throw wrong();
      return { namespace, kind: 'connect', auth: auth as Readonly<Record<string, unknown>> };
    }
    case DISCONNECT:
      if (json !== '') throw wrong();
      return { namespace, kind: 'disconnect' };
    case EVENT:
    case BINARY_EVENT: {
      const [event, ...args] = listIn(json);
      // The reference server accepts numbers as names too.
      if (typeof event !== 'string' && typeof event !== 'number') throw wrong();
      if (RESERVED.has(String(event))) throw wrong();
      return { namespace, kind: 'event', event: String(event), args, json, ...(id !== undefined && { ack: id }) };
    }
    case ACK:
    case BINARY_ACK:
      if (id === undefined) throw wrong();
      return { namespace, kind: 'ack', ack: id, args: listIn(json) };
    default:
      throw wrong();
  }
}

export function encodeConnect(namespace: string, answer: { readonly sid: string; readonly pid?: string }): string {
  return `${start(CONNECT, namespace)}${JSON.stringify(answer)}`;
}

/** `data` is for programs, `message` for people. */
export function encodeConnectError(
  namespace: string,
  error: { readonly message: string; readonly data?: unknown },
): string {
  return `${start(CONNECT_ERROR, namespace)}${JSON.stringify(error)}`;
}

export function encodeDisconnect(namespace: string): string {
  return start(DISCONNECT, namespace);
}

/**
 * An event as frames: the packet, and behind it what `args` hold of bytes.
 *
 * @param args JSON texts, in which bytes are wrapped (`core/text/binary-data.ts`)
 */
export function encodeEvent(namespace: string, event: string, args: readonly string[]): Frames {
  const json = readable(`[${[JSON.stringify(event), ...args].join()}]`);
  const attached = detach(json);
  if (attached === undefined) return `${start(EVENT, namespace)}${json}`;
  return binary(BINARY_EVENT, namespace, '', attached);
}

/** The ack of an event; `args` as in `encodeEvent`. */
export function encodeAck(namespace: string, ack: number, args: readonly string[]): Frames {
  const json = readable(`[${args.join()}]`);
  const attached = detach(json);
  if (attached === undefined) return `${start(ACK, namespace)}${ack}${json}`;
  return binary(BINARY_ACK, namespace, String(ack), attached);
}

/** python-socketio refuses packets with longer integers, but not other numbers. */
const INTEGER_DIGITS = 100;
const LONG_DIGITS = new RegExp(`\\d{${INTEGER_DIGITS}}`);
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** The same values, with `.0` appended to integers that some client cannot read: as doubles they are equal. */
function readable(json: string): string {
  if (!LONG_DIGITS.test(json)) return json;
  return json.replace(STRING_OR_NUMBER, (token) =>
    token.length > INTEGER_DIGITS && /^-?\d+$/.test(token) ? `${token}.0` : token,
  );
}

function binary(type: number, namespace: string, id: string, { json, attachments }: Attached): readonly Frame[] {
  const head = `${MESSAGE}${type}${attachments.length}-${prefix(namespace)}${id}${json}`;
  return [head, ...attachments];
}

function start(type: number, namespace: string): string {
  return `${MESSAGE}${type}${prefix(namespace)}`;
}

function prefix(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
}

function digitsAt(text: string, at: number): string {
  let end = at;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) < ZERO + 10) end += 1;
  return text.slice(at, end);
}

/** '' if absent; it ends at a comma, or with the packet. */
function namespaceAt(text: string, at: number): string {
  if (text.charAt(at) !== '/') return '';
  const comma = text.indexOf(',', at);
  const name = text.slice(at, comma === -1 ? text.length : comma);
  if (name.length > NAMESPACE_LIMIT) throw wrong();
  return name;
}

/** Without the query that some clients append. */
function nameOf(namespace: string): string {
  return namespace === '' ? '/' : (namespace.split('?')[0] ?? '/');
}

function idOf(digits: string): number | undefined {
  if (digits === '') return undefined;
  const id = Number(digits);
  if (!Number.isSafeInteger(id)) throw wrong();
  return id;
}

function listIn(json: string): readonly unknown[] {
  const value = parse(json);
  if (!Array.isArray(value)) throw wrong();
  return value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw wrong();
  }
}

function wrong(): DisconnectError {
  return new DisconnectError('badRequest');
}
