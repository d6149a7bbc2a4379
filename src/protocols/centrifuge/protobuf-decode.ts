import { FILTER_DEPTH, type FilterNode } from '../../core/channels/tag-filter.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { callerOf } from '../../core/measures/tracing.ts';
import { type Command, offsetFrom, type Since } from '../../core/protocol/commands.ts';
import { jsonOfBytes, jsonTextOf } from '../../core/text/binary-data.ts';
import type { MapEntry } from '../../ports/log.ts';
import type { TraceContext } from '../../ports/traces.ts';
import { callingApplication } from './calling-application.ts';
import { claimedHeaders } from './claimed-headers.ts';
import { placeInMap } from './map-subscribe.ts';
import {
  allBytesOf,
  boolOf,
  bytesOf,
  decodeText,
  type Field,
  lastOf,
  readDelimited,
  readFields,
  textOf,
  uintOf,
} from './wire-reader.ts';

/** Field numbers of `Command`. https://github.com/centrifugal/protocol (definitions/client.proto) */
const ID = 1;
/** In the order in which the reference server checks them. */
const BODIES = [
  ['connect', 4],
  ['ping', 11],
  ['subscribe', 5],
  ['unsubscribe', 6],
  ['publish', 7],
  ['presence', 8],
  ['presenceStats', 9],
  ['history', 10],
  ['rpc', 13],
  ['send', 12],
  ['refresh', 14],
  ['subRefresh', 15],
] as const;
type Body = (typeof BODIES)[number][0];

/**
 * SubscribeRequest.flag: answer with an error if recovery fails. The flag for channel numbers is ignored: the official
 * JavaScript client compares such numbers as objects here, and so finds no channel.
 */
const REJECT_UNRECOVERED = 2;

/** Decodes the commands of a Protobuf frame. Throws `DisconnectError('badRequest')` for invalid input. */
export function decodeFrame(frame: Uint8Array): Command[] {
  return readDelimited(frame).map(decodeCommand);
}

function decodeCommand(message: Uint8Array): Command {
  const fields = readFields(message);
  for (const [kind, number] of BODIES) {
    const body = bytesOf(fields, number);
    if (body !== undefined) return decodeBody(kind, uintOf(fields, ID), readFields(body));
  }
  if (fields.length === 0) return { kind: 'pong' };
  throw new DisconnectError('badRequest');
}

function decodeBody(kind: Body, id: number, fields: readonly Field[]): Command {
  if (kind === 'send') return { kind };
  if (id <= 0) throw new DisconnectError('badRequest');
  switch (kind) {
    case 'connect':
      return {
        ...{ kind, id, token: textOf(fields, 1), since: decodeSubs(fields) },
        ...dataOf(fields, 2),
        ...callingApplication(textOf(fields, 4), textOf(fields, 5)),
        ...claimedHeaders(textPairs(fields, 6)),
        ...callerIn(fields),
      };
    case 'ping':
      return { kind, id };
    case 'subscribe':
      return decodeSubscribe(id, fields);
    case 'unsubscribe':
    case 'presence':
    case 'presenceStats':
      return { kind, id, channel: textOf(fields, 1) };
    case 'publish':
      return {
        ...{ kind, id, channel: textOf(fields, 1), data: publishedIn(bytesOf(fields, 2)) },
        ...entryOf(fields),
      };
    case 'history':
      return decodeHistory(id, fields);
    case 'rpc':
      return { kind, id, method: textOf(fields, 2), ...decodeInput(bytesOf(fields, 1)) };
    case 'refresh':
      return { kind, id, token: textOf(fields, 1) };
    case 'subRefresh':
      return decodeSubRefresh(id, fields);
    default:
      return kind satisfies never;
  }
}

/** ConnectRequest.headers: a map, for clients that cannot set handshake headers. */
function callerIn(fields: readonly Field[]): { readonly caller?: TraceContext } {
  const headers = allBytesOf(fields, 6).map(readFields);
  const caller = callerOf((name) => {
    const header = headers.find((entry) => textOf(entry, 1) === name);
    return header && textOf(header, 2);
  });
  return caller === undefined ? {} : { caller };
}

/** Data for the developer's backend. */
function dataOf(fields: readonly Field[], number: number): { readonly data?: string } {
  const bytes = bytesOf(fields, number);
  return bytes === undefined || bytes.length === 0 ? {} : { data: jsonOfBytes(bytes) };
}

/** Operations accept only JSON; anything else is refused by their schema, as `undefined` is. */
function decodeInput(bytes: Uint8Array | undefined): { readonly data: unknown; readonly text?: string } {
  if (bytes === undefined || bytes.length === 0) return { data: undefined };
  const json = jsonTextOf(bytes);
  return { data: json === undefined ? undefined : JSON.parse(json), text: jsonOfBytes(bytes) };
}

function decodeSubscribe(id: number, fields: readonly Field[]): Command {
  const filter = bytesOf(fields, 13);
  return {
    kind: 'subscribe',
    id,
    channel: textOf(fields, 1),
    ...(boolOf(fields, 3) && { since: { epoch: textOf(fields, 6), offset: placeOf(fields, 7) } }),
    ...((uintOf(fields, 14) & REJECT_UNRECOVERED) !== 0 && { rejectUnrecovered: true }),
    ...(boolOf(fields, 11) && { joinLeave: true }),
    ...{ recoverable: boolOf(fields, 10), positioned: boolOf(fields, 9) },
    ...(textOf(fields, 2) !== '' && { token: textOf(fields, 2) }),
    ...dataOf(fields, 8),
    ...placeInMap({
      type: uintOf(fields, 15),
      phase: uintOf(fields, 16),
      cursor: textOf(fields, 17),
      limit: uintOf(fields, 18),
      position: { epoch: textOf(fields, 6), offset: placeOf(fields, 7) },
    }),
    ...(textOf(fields, 12) === 'fossil' && { delta: true }),
    ...(filter !== undefined && { filter: decodeFilter(filter, 0) }),
  };
}

/** The core reports filters that are too deep. */
function decodeFilter(message: Uint8Array, depth: number): FilterNode {
  const fields = readFields(message);
  return {
    op: textOf(fields, 1),
    key: textOf(fields, 2),
    cmp: textOf(fields, 3),
    val: textOf(fields, 4),
    vals: allBytesOf(fields, 5).map(decodeText),
    nodes: depth > FILTER_DEPTH ? [] : allBytesOf(fields, 6).map((node) => decodeFilter(node, depth + 1)),
  };
}

/** With a type it refers to items of a shared poll, otherwise to a token. */
function decodeSubRefresh(id: number, fields: readonly Field[]): Command {
  const channel = textOf(fields, 1);
  if (uintOf(fields, 3) === 0) return { kind: 'subRefresh', id, channel, token: textOf(fields, 2) };
  const batches = allBytesOf(fields, 4).map((message) => {
    const batch = readFields(message);
    const items = allBytesOf(batch, 2).map((item) => {
      const parts = readFields(item);
      return { key: textOf(parts, 1), version: offsetOf(parts, 2) };
    });
    return { signature: textOf(batch, 1), items };
  });
  return { kind: 'track', id, channel, batches, untrack: allBytesOf(fields, 5).map(decodeText) };
}

/** In a map: the entry that a publication sets or removes. */
/** Protobuf omits empty fields, so empty bytes and absent data are the same. */
function publishedIn(bytes: Uint8Array | undefined): string {
  return bytes === undefined || bytes.length === 0 ? '' : jsonOfBytes(bytes);
}

function entryOf(fields: readonly Field[]): { readonly entry?: MapEntry } {
  const [key, removed] = [textOf(fields, 4), boolOf(fields, 5)];
  return key === '' && !removed ? {} : { entry: { key, ...(removed && { removed }) } };
}

function decodeHistory(id: number, fields: readonly Field[]): Command {
  const position = bytesOf(fields, 8);
  return {
    kind: 'history',
    id,
    channel: textOf(fields, 1),
    limit: uintOf(fields, 7),
    reverse: boolOf(fields, 9),
    ...(position !== undefined && { since: decodePosition(readFields(position)) }),
  };
}

function decodePosition(fields: readonly Field[]): Since {
  return { epoch: textOf(fields, 2), offset: offsetOf(fields, 1) };
}

/** ConnectRequest.subs: a map from channels to subscribe requests. */
function decodeSubs(fields: readonly Field[]): ReadonlyMap<string, Since> {
  const positions = new Map<string, Since>();
  for (const { number, value } of fields) {
    if (number !== 3 || typeof value === 'number') continue;
    const entry = readFields(value);
    const request = readFields(bytesOf(entry, 2) ?? new Uint8Array());
    if (!boolOf(request, 3)) continue;
    positions.set(textOf(entry, 1), { epoch: textOf(request, 6), offset: placeOf(request, 7) });
  }
  return positions;
}

/** A `map<string, string>`. */
function textPairs(fields: readonly Field[], of: number): [string, string][] {
  return fields.flatMap(({ number, value }): [string, string][] => {
    if (number !== of || typeof value === 'number') return [];
    const entry = readFields(value);
    return [[textOf(entry, 1), textOf(entry, 2)]];
  });
}

/** The client's position: it cannot correct an invalid one, so any number is accepted. */
function placeOf(fields: readonly Field[], number: number): number {
  const value = lastOf(fields, number) ?? 0;
  if (typeof value !== 'number') throw new DisconnectError('badRequest');
  return offsetFrom(value);
}

function offsetOf(fields: readonly Field[], number: number): number {
  const offset = uintOf(fields, number);
  if (offset >= 0) return offset;
  throw new DisconnectError('badRequest');
}
