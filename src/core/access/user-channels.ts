import { CHANNEL_LIMIT, UNSAFE } from '../channels/channel-name.ts';
import { namespaceOf } from '../channels/namespace.ts';
import type { Principal } from './principal.ts';

/** How users are written into names of channels; '' as `separator` for one user a channel. */
export type UserChannelNames = { readonly boundary: string; readonly separator: string };

export const USER_CHANNEL_NAMES: UserChannelNames = { boundary: '#', separator: ',' };

/** Whether the channel names users behind the boundary, as `chat:talk#ann,ben`. */
export function isUserChannel(channel: string, { boundary }: UserChannelNames): boolean {
  return channel.includes(boundary);
}

/**
 * Whether the channel names this user. Only those whom tokens name can be meant: an id of a person of this installation
 * may be the same and never stands for them.
 */
export function namesUser(channel: string, principal: Principal, names: UserChannelNames): boolean {
  if (principal.kind !== 'external') return false;
  const { boundary, separator } = names;
  const users = channel.slice(channel.lastIndexOf(boundary) + boundary.length);
  return separator === '' ? users === principal.user : users.split(separator).includes(principal.user);
}

/**
 * The channel of one user alone. Undefined where its name would name somebody else too, or could be no channel's: an id
 * with the boundary or the separator in it, or too long, has none.
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
  // An id with a colon would lead into another namespace where there is none in front.
  const isThere = namespaceOf(channel) === namespace && channel.length <= CHANNEL_LIMIT && !UNSAFE.test(channel);
  return isPlain && isThere ? channel : undefined;
}
