/**
 * The kind of a channel, by its name. `user`: a single user's own, for events from the backend.
 * https://pusher.com/docs/channels/using_channels/channels/#channel-types
 */
export type ChannelKind = {
  readonly access: 'public' | 'private' | 'presence' | 'encrypted' | 'user';
  /** New subscribers get the last event. */
  readonly isCache: boolean;
};

const NAME = /^[A-Za-z0-9_\-=@,.;]{1,164}$/;
const USER_PREFIX = '#server-to-user-';
export const USER_ID_LIMIT = 128;

const PREFIXES: readonly (readonly [prefix: string, kind: ChannelKind])[] = [
  ['private-encrypted-cache-', { access: 'encrypted', isCache: true }],
  ['private-encrypted-', { access: 'encrypted', isCache: false }],
  ['private-cache-', { access: 'private', isCache: true }],
  ['private-', { access: 'private', isCache: false }],
  ['presence-cache-', { access: 'presence', isCache: true }],
  ['presence-', { access: 'presence', isCache: false }],
  ['cache-', { access: 'public', isCache: true }],
  [USER_PREFIX, { access: 'user', isCache: false }],
];
const PUBLIC: ChannelKind = { access: 'public', isCache: false };

export function kindOf(name: string): ChannelKind {
  return PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1] ?? PUBLIC;
}

/** Whether a client or a backend may use this channel name. */
export function isName(name: string): boolean {
  if (!name.startsWith(USER_PREFIX)) return NAME.test(name);
  const { length } = name.slice(USER_PREFIX.length);
  return length > 0 && length <= USER_ID_LIMIT;
}

export function userChannelName(user: string): string {
  return `${USER_PREFIX}${user}`;
}

/** The Banyan channel of an app's channel. The name starts after the first colon, so `nameOf` reverses it. */
export function channelOf(namespace: string, name: string): string {
  return `${namespace}:${name}`;
}

export function nameOf(channel: string): string {
  return channel.slice(channel.indexOf(':') + 1);
}
