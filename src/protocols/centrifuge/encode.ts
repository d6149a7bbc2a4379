import { DISCONNECTS, UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { ConnectResult, SubscribeResult } from '../../core/pushes.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import type { SpokenPush, SpokenReply } from './spoken.ts';

const quote = JSON.stringify;

/** A reply as one line; zero values are left out, as the protocol asks. */
export function encodeReply(id: number, reply: SpokenReply): string {
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
      return `{"id":${id},"history":{"publications":[${reply.publications.map(encodePublication).join()}],"epoch":${quote(reply.epoch)},"offset":${reply.offset}}}`;
    case 'rpc':
      return `{"id":${id},"rpc":{"data":${quote(reply.data) ?? 'null'}}}`;
    case 'refresh':
      return `{"id":${id},"refresh":{${encodeExpiry(reply.ttl)}}}`;
    case 'subRefresh':
      return `{"id":${id},"sub_refresh":{${encodeExpiry(reply.ttl)}}}`;
    default:
      return reply satisfies never;
  }
}

/** A push as one line. */
export function encodePush(push: SpokenPush): string {
  switch (push.kind) {
    case 'publication':
      return `{"push":{"channel":${quote(push.channel)},"pub":${encodePublication(push.publication)}}}`;
    case 'join':
    case 'leave':
      return `{"push":{"channel":${quote(push.channel)},"${push.kind}":{"info":${encodeInfo(push.info)}}}}`;
    case 'subscribe': {
      const { recoverable, epoch, offset } = push.result;
      const position = recoverable
        ? `"recoverable":true,"epoch":${quote(epoch)},"offset":${offset},"positioned":true`
        : '';
      return `{"push":{"channel":${quote(push.channel)},"subscribe":{${position}}}}`;
    }
    case 'unsubscribe': {
      const { code, reason } = UNSUBSCRIBES[push.reason];
      return `{"push":{"channel":${quote(push.channel)},"unsubscribe":{"code":${code},"reason":${quote(reason)}}}}`;
    }
    case 'disconnect': {
      const { code, reason } = DISCONNECTS[push.reason];
      return `{"push":{"disconnect":{"code":${code},"reason":${quote(reason)},"reconnect":${code < 3500}}}}`;
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
  const session = result.session === undefined ? '' : `,"session":${quote(result.session)}`;
  return `{"client":"${result.client}","version":${quote(result.version)},"ping":${result.pingSeconds},"pong":true,"node":${quote(result.node)}${session},"time":${result.time}${expiry}${subscriptions}}`;
}

/** The members that say when it runs out; none when it does not. */
function encodeExpiry(ttl: number | undefined): string {
  return ttl === undefined ? '' : `"expires":true,"ttl":${ttl}`;
}

function encodeSubscribe(result: SubscribeResult): string {
  const expiry = encodeExpiry(result.ttl);
  if (!result.recoverable) {
    return `{${[result.wasRecovering ? '"was_recovering":true' : '', expiry].filter((part) => part !== '').join()}}`;
  }
  const recovery = result.wasRecovering ? `,"was_recovering":true${result.recovered ? ',"recovered":true' : ''}` : '';
  const missed =
    result.publications.length === 0 ? '' : `,"publications":[${result.publications.map(encodePublication).join()}]`;
  return `{"recoverable":true,"positioned":true,"epoch":${quote(result.epoch)},"offset":${result.offset}${recovery}${missed}${expiry === '' ? '' : `,${expiry}`}}`;
}

function encodePublication({ data, info, offset, tags }: Publication): string {
  const from = info === undefined ? '' : `,"info":${encodeInfo(info)}`;
  const place = offset === 0 ? '' : `,"offset":${offset}`;
  const labels = tags === undefined ? '' : `,"tags":${quote(tags)}`;
  return `{"data":${data}${from}${place}${labels}}`;
}

function encodeInfo({ user, client, connInfo, chanInfo }: ClientInfo): string {
  const connection = connInfo === undefined ? '' : `,"conn_info":${connInfo}`;
  const channel = chanInfo === undefined ? '' : `,"chan_info":${chanInfo}`;
  return `{"user":${quote(user)},"client":${quote(client)}${connection}${channel}}`;
}
