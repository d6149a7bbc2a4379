import type { Push } from '../../core/protocol/pushes.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { kindOf, nameOf } from './channel-name.ts';
import { isSealed, textOfData, UNSEALED } from './event-data.ts';

const quote = JSON.stringify;

/** The tag with a publication's event name, and the name of publications without one. */
export const EVENT_TAG = 'event';
export const DEFAULT_EVENT = 'message';

/** Names clients treat as the server's own. */
const RESERVED = /^pusher(_internal)?:/;

/** A message to the client; `data` is JSON text, which the protocol wraps in a string. */
export function encodeEvent(event: string, data: string, name?: string): string {
  const channel = name === undefined ? '' : `"channel":${quote(name)},`;
  return `{"event":${quote(event)},${channel}"data":${quote(data)}}`;
}

export function encodeError(message: string, code: number | null): string {
  return `{"event":"pusher:error","data":{"code":${code},"message":${quote(message)}}}`;
}

export function encodePublication(channel: string, { data, tags, info }: Publication): string {
  const name = nameOf(channel);
  const { access } = kindOf(name);
  const isSaidBy = info !== undefined && info.user !== '' && access === 'presence';
  const user = isSaidBy ? `,"user_id":${quote(info.user)}` : '';
  const event = quote(eventOf(tags));
  const text = textOfData(data);
  const told = access === 'encrypted' && !isSealed(text) ? UNSEALED : text;
  return `{"event":${event},"channel":${quote(name)},"data":${quote(told)}${user}}`;
}

/** Undefined for pushes this protocol cannot express. */
export function encodePush(push: Push): string | undefined {
  switch (push.kind) {
    case 'publication':
      return encodePublication(push.channel, push.publication);
    case 'join':
    case 'leave':
      return encodeMember(push);
    case 'subscribers': {
      const count = `{"subscription_count":${push.count}}`;
      return encodeEvent('pusher_internal:subscription_count', count, nameOf(push.channel));
    }
    case 'users': {
      const events = [{ name: push.online ? 'online' : 'offline', user_ids: push.users }];
      return encodeEvent('pusher_internal:watchlist_events', quote({ events }));
    }
    case 'subscribe':
    case 'unsubscribe':
    case 'disconnect':
      return undefined;
    default:
      return push satisfies never;
  }
}

/** Clients are told about users, not about each of their connections. */
function encodeMember({ kind, channel, info, alone }: Extract<Push, { kind: 'join' | 'leave' }>): string | undefined {
  const name = nameOf(channel);
  if (alone !== true || kindOf(name).access !== 'presence') return undefined;
  const id = `"user_id":${quote(info.user)}`;
  if (kind === 'leave') return encodeEvent('pusher_internal:member_removed', `{${id}}`, name);
  return encodeEvent('pusher_internal:member_added', `{${id},"user_info":${userInfoOf(info)}}`, name);
}

/** The data of an accepted subscription to a presence channel. */
export function encodeMembers(present: readonly ClientInfo[]): string {
  const infos = new Map<string, string>();
  for (const info of present) infos.set(info.user, userInfoOf(info));
  const ids = quote([...infos.keys()]);
  const hash = [...infos].map(([user, info]) => `${quote(user)}:${info}`).join();
  return `{"presence":{"ids":${ids},"hash":{${hash}},"count":${infos.size}}}`;
}

export function eventOf(tags: Publication['tags']): string {
  const event = tags?.[EVENT_TAG] ?? DEFAULT_EVENT;
  return isReserved(event) ? DEFAULT_EVENT : event;
}

export function isReserved(event: string): boolean {
  return RESERVED.test(event);
}

function userInfoOf({ chanInfo, connInfo }: ClientInfo): string {
  return chanInfo ?? connInfo ?? 'null';
}
