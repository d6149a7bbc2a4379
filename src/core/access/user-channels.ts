import { CHANNEL_LIMIT, UNSAFE } from '../channels/channel-name.ts';
import { namespaceOf } from '../channels/namespace.ts';
import type { Principal } from './principal.ts';

/** How channel names contain user ids; '' as `separator` for one user per channel. */
export type UserChannelNames = { readonly boundary: string; readonly separator: string };

export const USER_CHANNEL_NAMES: UserChannelNames = { boundary: '#', separator: ',' };

/** Whether the channel names users after the boundary, as `chat:talk#ann,ben`. */
export function isUserChannel(channel: string, { boundary }: UserChannelNames): boolean {
  return channel.includes(boundary);
}

/**
 * Whether the channel names this user. Only users of tokens can be named: a person of this installation may have the
 * same id and is someone else.
 */
export function namesUser(channel: string, principal: Principal, names: UserChannelNames): boolean {
  if (principal.kind !== 'external') return false;
  const { boundary, separator } = names;
  const users = channel.slice(channel.lastIndexOf(boundary) + boundary.length);
  return separator === '' ? users === principal.user : users.split(separator).includes(principal.user);
}

/**
 * A single user's own channel. Undefined if its name would also name another user, or is invalid: an id with the
 * boundary or the separator in it, or too long.
 */
export function personalChannelOf(
  namespace: string,
  principal: Principal,
  names: UserChannelNames,
): string | undefined {
  if (principal.kind !== 'external') return undefined;
  const { user } = principal;
  const channel = `${namespace === '' ? '' : `${namespace}:`}${names.boundary}${user}`;
  const isPlain = !user.includes(names.boundary) && (names.separator === '' || !user.includes(names.separator));
  // An id with a colon would select another namespace if there is no prefix.
  const isThere = namespaceOf(channel) === namespace && channel.length <= CHANNEL_LIMIT && !UNSAFE.test(channel);
  return isPlain && isThere ? channel : undefined;
}
