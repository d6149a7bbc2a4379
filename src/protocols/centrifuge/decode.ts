import { FILTER_DEPTH, type FilterNode } from '../../core/channels/tag-filter.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { callerOf } from '../../core/measures/tracing.ts';
import { type Command, offsetFrom, type Since } from '../../core/protocol/commands.ts';
import { rawMember } from '../../core/text/raw-json.ts';
import type { MapEntry } from '../../ports/log.ts';
import type { TraceContext } from '../../ports/traces.ts';
import { callingApplication } from './calling-application.ts';
import { claimedHeaders } from './claimed-headers.ts';
import { placeInMap } from './map-subscribe.ts';

type Fields = Readonly<Record<string, unknown>>;

/** SubscribeRequest.flag: use a number in place of the channel name; answer with an error if recovery fails. */
const COMPACT = 1;
const REJECT_UNRECOVERED = 2;

const PONG: Command = { kind: 'pong' };

/** Decodes the commands of one line of the JSON protocol. Throws `DisconnectError('badRequest')` for invalid input. */
export function decodeLine(line: string): Command {
  const fields = asObject(parse(line));
  const body = findBody(fields);
  if (body === undefined) {
    if (fields.id === undefined) return PONG;
    throw new DisconnectError('badRequest');
  }
  const [kind, value] = body;
  if (kind === 'send') return { kind: 'send' };
  return decodeBody(kind, { id: asId(fields.id), fields: asObject(value), line });
}

/** In the order in which the reference server checks them. */
const BODIES = [
  'connect',
  'ping',
  'subscribe',
  'unsubscribe',
  'publish',
  'presence',
  'presence_stats',
  'history',
  'rpc',
  'send',
  'refresh',
  'sub_refresh',
] as const;
type Body = (typeof BODIES)[number];

function findBody(fields: Fields): [Body, unknown] | undefined {
  for (const kind of BODIES) {
    const value = fields[kind];
    if (value !== undefined && value !== null) return [kind, value];
  }
  return undefined;
}

type Parts = { readonly id: number; readonly fields: Fields; readonly line: string };

function decodeBody(kind: Exclude<Body, 'send'>, { id, fields, line }: Parts): Command {
  switch (kind) {
    case 'connect':
      return {
        ...{ kind: 'connect', id, token: asText(fields.token), since: decodeSubs(fields.subs) },
        ...dataOf({ id, fields, line }, 'connect'),
        ...callingApplication(asText(fields.name), asText(fields.version)),
        ...claimedHeaders(Object.entries(asObject(fields.headers ?? {})).map(([name, value]) => [name, asText(value)])),
        ...callerIn(fields.headers),
      };
    case 'ping':
      return { kind: 'ping', id };
    case 'subscribe':
      return decodeSubscribe({ id, fields, line });
    case 'unsubscribe':
    case 'presence':
      return { kind, id, channel: asText(fields.channel) };
    case 'presence_stats':
      return { kind: 'presenceStats', id, channel: asText(fields.channel) };
    case 'publish': {
      const channel = asText(fields.channel);
      const data = rawMember(line, 'publish', 'data') ?? '';
      const entry = entryOf(fields);
      return entry === undefined ? { kind, id, channel, data } : { kind, id, channel, data, entry };
    }
    case 'history':
      return decodeHistory(id, fields);
    case 'rpc':
      return { kind, id, method: asText(fields.method), data: fields.data, ...textIn(line) };
    case 'refresh':
      return { kind, id, token: asText(fields.token) };
    case 'sub_refresh':
      return decodeSubRefresh(id, fields);
    default:
      return kind satisfies never;
  }
}

/** Clients that cannot set handshake headers send them in `connect`. */
function callerIn(headers: unknown): { readonly caller?: TraceContext } {
  if (!isGiven(headers)) return {};
  const given = asObject(headers);
  const caller = callerOf((name) => given[name]);
  return caller === undefined ? {} : { caller };
}

function textIn(line: string): { readonly text?: string } {
  const text = rawMember(line, 'rpc', 'data');
  return text === undefined ? {} : { text };
}

/** Data for the developer's backend. */
function dataOf({ fields, line }: Parts, kind: 'connect' | 'subscribe'): { readonly data?: string } {
  const data = isGiven(fields.data) ? rawMember(line, kind, 'data') : undefined;
  return data === undefined ? {} : { data };
}

function decodeSubscribe(parts: Parts): Command {
  const { id, fields } = parts;
  const since = fields.recover === true ? decodePlace(fields) : undefined;
  return {
    kind: 'subscribe',
    id,
    channel: asText(fields.channel),
    ...(since !== undefined && { since }),
    ...((asNumber(fields.flag) & REJECT_UNRECOVERED) !== 0 && { rejectUnrecovered: true }),
    ...((asNumber(fields.flag) & COMPACT) !== 0 && { compact: true }),
    ...(fields.join_leave === true && { joinLeave: true }),
    ...{ recoverable: fields.recoverable === true, positioned: fields.positioned === true },
    ...(asText(fields.token) !== '' && { token: asText(fields.token) }),
    ...dataOf(parts, 'subscribe'),
    ...placeInMap({
      type: asNumber(fields.type),
      phase: asNumber(fields.phase),
      cursor: asText(fields.cursor),
      limit: asNumber(fields.limit),
      position: decodePlace(fields),
    }),
    ...(asText(fields.delta) === 'fossil' && { delta: true }),
    ...(isGiven(fields.tf) && { filter: decodeFilter(fields.tf, 0) }),
  };
}

/** The core reports filters that are too deep. */
function decodeFilter(value: unknown, depth: number): FilterNode {
  const { op, key, cmp, val, vals, nodes } = asObject(value);
  return {
    op: asText(op),
    key: asText(key),
    cmp: asText(cmp),
    val: asText(val),
    vals: asList(vals).map(asText),
    nodes: depth > FILTER_DEPTH ? [] : asList(nodes).map((node) => decodeFilter(node, depth + 1)),
  };
}

/** With a type it refers to items of a shared poll, otherwise to a token. */
function decodeSubRefresh(id: number, fields: Fields): Command {
  const channel = asText(fields.channel);
  if (asNumber(fields.type) === 0) return { kind: 'subRefresh', id, channel, token: asText(fields.token) };
  const batches = asList(fields.track).map((value) => {
    const { signature, items } = asObject(value);
    return { signature: asText(signature), items: asList(items).map(decodeItem) };
  });
  return { kind: 'track', id, channel, batches, untrack: asList(fields.untrack).map(asText) };
}

function decodeItem(value: unknown): { readonly key: string; readonly version: number } {
  const { key, version } = asObject(value);
  return { key: asText(key), version: asOffset(version) };
}

/** In a map: the entry that a publication sets or removes. */
function entryOf(fields: Fields): MapEntry | undefined {
  const key = asText(fields.key);
  if (key === '' && fields.removed !== true) return undefined;
  return { key, ...(fields.removed === true && { removed: true }) };
}

function decodeHistory(id: number, fields: Fields): Command {
  const since =
    fields.since === undefined || fields.since === null ? undefined : decodePosition(asObject(fields.since));
  return {
    kind: 'history',
    id,
    channel: asText(fields.channel),
    limit: asNumber(fields.limit),
    reverse: fields.reverse === true,
    ...(since !== undefined && { since }),
  };
}

function decodeSubs(value: unknown): ReadonlyMap<string, Since> {
  const positions = new Map<string, Since>();
  if (value === undefined || value === null) return positions;
  for (const [channel, request] of Object.entries(asObject(value))) {
    const fields = asObject(request);
    if (fields.recover === true) positions.set(channel, decodePlace(fields));
  }
  return positions;
}

function decodePosition(fields: Fields): Since {
  return { epoch: asText(fields.epoch), offset: asOffset(fields.offset) };
}

/** The client's position: it cannot correct an invalid one, so any number is accepted. */
function decodePlace({ epoch, offset }: Fields): Since {
  if (isGiven(offset) && typeof offset !== 'number') throw new DisconnectError('badRequest');
  return { epoch: asText(epoch), offset: offsetFrom((offset ?? 0) as number) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new DisconnectError('badRequest');
  }
}

function asObject(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DisconnectError('badRequest');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function asList(value: unknown): readonly unknown[] {
  if (!isGiven(value)) return [];
  if (Array.isArray(value)) return value;
  throw new DisconnectError('badRequest');
}

function asId(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new DisconnectError('badRequest');
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new DisconnectError('badRequest');
}

function asNumber(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (Number.isSafeInteger(value)) return value as number;
  throw new DisconnectError('badRequest');
}

function asOffset(value: unknown): number {
  const offset = asNumber(value);
  if (offset >= 0) return offset;
  throw new DisconnectError('badRequest');
}
