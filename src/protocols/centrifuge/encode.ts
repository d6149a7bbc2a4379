import { DISCONNECTS, reconnects, UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { ConnectResult, Delta, MapPart, SubscribeResult } from '../../core/protocol/pushes.ts';
import { jsonOf } from '../../core/text/raw-json.ts';
import type { ClientInfo, MapEntry, Publication } from '../../ports/log.ts';
import { createPatch, withBases } from './fossil.ts';
import { CHANNEL_TYPES, STATE_PHASE } from './map-subscribe.ts';
import type { CentrifugePush, CentrifugeReply } from './message-types.ts';

const quote = JSON.stringify;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A reply as one line; zero values are omitted, as the protocol requires. */
export function encodeReply(id: number, reply: CentrifugeReply): string {
  switch (reply.kind) {
    case 'error': {
      const { code, message, temporary, field } = reply.error;
      const text = field === undefined ? message : `${field}: ${message}`;
      return `{"id":${id},"error":{"code":${code},"message":${quote(text)}${temporary ? ',"temporary":true' : ''}}}`;
    }
    case 'connect':
      return `{"id":${id},"connect":${encodeConnect(reply.result)}}`;
    case 'subscribe':
      return `{"id":${id},"subscribe":${encodeSubscribe(reply.result)}}`;
    case 'unsubscribe':
      return `{"id":${id},"unsubscribe":{}}`;
    case 'publish':
      return `{"id":${id},"publish":{}}`;
    case 'presence':
      return `{"id":${id},"presence":{"presence":{${reply.clients.map((info) => `${quote(info.client)}:${encodeInfo(info)}`).join()}}}}`;
    case 'presenceStats':
      return `{"id":${id},"presence_stats":{"num_clients":${reply.clients},"num_users":${reply.users}}}`;
    case 'history':
      return `{"id":${id},"history":{"publications":[${reply.publications.map((each) => encodePublication(each)).join()}],"epoch":${quote(reply.epoch)},"offset":${reply.offset}}}`;
    case 'rpc':
      return `{"id":${id},"rpc":{"data":${jsonOf(reply.data)}}}`;
    case 'refresh':
      return `{"id":${id},"refresh":{${encodeExpiry(reply.ttl)}}}`;
    case 'track': {
      const items =
        reply.items.length === 0 ? [] : [`"items":[${reply.items.map((each) => encodePublication(each)).join()}]`];
      const members = [...items, ...(reply.ttl === undefined ? [] : [encodeExpiry(reply.ttl)])];
      return `{"id":${id},"sub_refresh":{${members.join()}}}`;
    }
    case 'subRefresh':
      return `{"id":${id},"sub_refresh":{${encodeExpiry(reply.ttl)}}}`;
    default:
      return reply satisfies never;
  }
}

/** A push as one line. */
export function encodePush(push: CentrifugePush): string {
  switch (push.kind) {
    case 'publication':
      return push.number === undefined
        ? `{"push":{"channel":${quote(push.channel)},"pub":${encodePublication(push.publication, push.delta)}}}`
        : `{"push":{"id":${push.number},"pub":${encodePublication(push.publication, push.delta)}}}`;
    case 'join':
    case 'leave':
      return `{"push":{"channel":${quote(push.channel)},"${push.kind}":{"info":${encodeInfo(push.info)}}}}`;
    case 'subscribe': {
      const members = [...encodePlace(push.result), ...(push.data === undefined ? [] : [`"data":${push.data}`])];
      return `{"push":{"channel":${quote(push.channel)},"subscribe":{${members.join()}}}}`;
    }
    case 'unsubscribe': {
      const { code, reason } = UNSUBSCRIBES[push.reason];
      return `{"push":{"channel":${quote(push.channel)},"unsubscribe":{"code":${code},"reason":${quote(reason)}}}}`;
    }
    case 'disconnect': {
      const { code, reason } = push.ending ?? DISCONNECTS[push.reason];
      return `{"push":{"disconnect":{"code":${code},"reason":${quote(reason)},"reconnect":${reconnects(code)}}}}`;
    }
    default:
      return push satisfies never;
  }
}

function encodeConnect(result: ConnectResult): string {
  const expiry = result.ttl === undefined ? '' : `,"expires":true,"ttl":${result.ttl}`;
  const subs = [...result.subscriptions].map(
    ([channel, subscription]) => `${quote(channel)}:${encodeSubscribe(subscription)}`,
  );
  const subscriptions = subs.length === 0 ? '' : `,"subs":{${subs.join()}}`;
  const data = result.data === undefined ? '' : `,"data":${result.data}`;
  const session = result.session === undefined ? '' : `,"session":${quote(result.session)}`;
  return `{"client":"${result.client}","version":${quote(result.version)},"ping":${result.pingSeconds},"pong":true,"node":${quote(result.node)}${session},"time":${result.time}${expiry}${data}${subscriptions}}`;
}

/** The expiry members; empty without an expiry. */
function encodeExpiry(ttl: number | undefined): string {
  return ttl === undefined ? '' : `"expires":true,"ttl":${ttl}`;
}

function encodeSubscribe(result: SubscribeResult): string {
  const { wasRecovering, recovered, publications } = result;
  const members = [
    ...encodePlace(result),
    ...(wasRecovering ? ['"was_recovering":true'] : []),
    ...(recovered ? ['"recovered":true'] : []),
    ...(publications.length > 0 ? [`"publications":[${encodeMissed(result)}]`] : []),
    ...(result.pollEpoch ? [`"epoch":${quote(result.pollEpoch)}`] : []),
    ...(result.map === undefined ? [] : [encodePart(result.map, result.delta === true)]),
    ...(result.delta === true ? ['"delta":true'] : []),
    ...(result.number === undefined ? [] : [`"id":${result.number}`]),
    ...(result.ttl === undefined ? [] : [encodeExpiry(result.ttl)]),
    ...(result.data === undefined ? [] : [`"data":${result.data}`]),
  ];
  return `{${members.join()}}`;
}

/** The client's position in the channel, if it is exposed. */
function encodePlace({ recoverable, positioned, epoch, offset }: SubscribeResult): string[] {
  if (!recoverable && positioned !== true) return [];
  return [`${recoverable ? '"recoverable":true,' : ''}"positioned":true,"epoch":${quote(epoch)},"offset":${offset}`];
}

function encodePart({ type, cursor, state, debounceMs }: MapPart, delta: boolean): string {
  const entries = state.map((each) => encodePublication(each, delta ? {} : undefined));
  const phase = cursor === '' ? '' : `,"phase":${STATE_PHASE},"cursor":${quote(cursor)}`;
  const debounce = debounceMs === 0 ? '' : `,"publish_debounce":${debounceMs}`;
  return `"type":${CHANNEL_TYPES.indexOf(type)}${phase}${debounce}${entries.length === 0 ? '' : `,"state":[${entries.join()}]`}`;
}

function encodeMissed({ publications, delta }: SubscribeResult): string {
  if (delta !== true) return publications.map((each) => encodePublication(each)).join();
  return withBases(publications)
    .map(([each, base]) => encodePublication(each, { base }))
    .join();
}

function encodePublication(publication: Publication, delta?: Delta): string {
  const { data, info, offset, tags } = publication;
  const from = info === undefined ? '' : `,"info":${encodeInfo(info)}`;
  const place = offset === 0 ? '' : `,"offset":${offset}`;
  const labels = tags === undefined ? '' : `,"tags":${quote(tags)}`;
  const entry = publication.entry === undefined ? '' : encodeEntry(publication.entry, publication.version);
  return delta === undefined
    ? `{"data":${data}${from}${place}${labels}${entry}}`
    : `{${encodeDifference(data, delta)}${from}${place}${labels}${entry}}`;
}

function encodeEntry({ key, removed }: MapEntry, version: number | undefined): string {
  return `,"key":${quote(key)}${removed === true ? ',"removed":true' : ''}${version === undefined ? '' : `,"version":${version}`}`;
}

/** JSON cannot hold bytes, so a client with deltas gets every publication's data as a string. */
function encodeDifference(data: string, { base }: Delta): string {
  const bodies = base && { source: encoder.encode(base.data), target: encoder.encode(data), text: true };
  const patch = bodies && createPatch(bodies);
  return patch === undefined ? `"data":${quote(data)}` : `"data":${quote(decoder.decode(patch))},"delta":true`;
}

function encodeInfo({ user, client, connInfo, chanInfo }: ClientInfo): string {
  const connection = connInfo === undefined ? '' : `,"conn_info":${connInfo}`;
  const channel = chanInfo === undefined ? '' : `,"chan_info":${chanInfo}`;
  return `{"user":${quote(user)},"client":${quote(client)}${connection}${channel}}`;
}
