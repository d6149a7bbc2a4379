import type { Retention } from '../../ports/log.ts';

/**
 * Who may do something in a namespace. `feature`: its `ChannelPolicy` decides; `backend`: the developer's backend does.
 * `subscribers`: every connection subscribed to the channel; `subscribedUsers`: those of them with a user.
 */
export type Audience = 'nobody' | 'feature' | 'backend' | 'subscribedUsers' | 'subscribers' | 'users' | 'everyone';

/**
 * Channel types: logs of publications; maps of entries, of which `mapClients` and `mapUsers` contain another channel's
 * presence; or items polled from a developer's backend.
 */
export type ChannelType = 'stream' | 'map' | 'mapClients' | 'mapUsers' | 'sharedPoll';

/** Options of all channels whose name starts with the namespace's name and a colon. */
export type Namespace = {
  readonly type: ChannelType;
  /** Where publications are kept: nowhere, in this process, or on disk. */
  readonly history: 'none' | 'memory' | 'durable';
  /** Publications kept per channel; 0 means unlimited. */
  readonly historySize: number;
  /** How long they are kept, in milliseconds; 0 means unlimited. */
  readonly historyTtlMs: number;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  /** Whether subscribers get joins and leaves without requesting them. */
  readonly forceJoinLeave: boolean;
  /** Whether subscribers recover without requesting it. */
  readonly forceRecovery: boolean;
  /** Whether subscribers without recovery get their position without requesting it. */
  readonly forcePositioning: boolean;
  /** What a returning client gets: everything it missed, or only the newest publication. */
  readonly recovery: 'stream' | 'cache';
  /** With `cache`: whether every subscription starts with the newest publication, also one without a position. */
  readonly autoRecover: boolean;
  /** Whether a channel whose name has the user boundary (`#`) is open only to the users it names. */
  readonly userChannels: boolean;
  /** The required form of publications' data. */
  readonly dataFormat: 'any' | 'json' | 'jsonObject';
  /** Whether subscribers may use deltas. */
  readonly delta: boolean;
  /** Whether subscribers may filter publications by tags. */
  readonly tagFilter: boolean;
  /** Whether subscribers may use a number in place of the channel's name. */
  readonly compact: boolean;
  /** Maximum bytes of a publication's data; 0 means limited only by the frame. */
  readonly dataBytes: number;
  /** Whether a slow subscriber gets only the newest publication of each key, instead of being closed. */
  readonly conflate: boolean;
  /** The tag with a publication's key; without it all of a channel have the same key. Maps use their own keys. */
  readonly conflateTag: string;
  /** The TTL of a map entry, in milliseconds; 0: until it is removed. */
  readonly mapTtlMs: number;
  /** Entries per channel; 0 means unlimited. */
  readonly mapSize: number;
  /** A client's publications set the entry with its own id, whatever key it gives. */
  readonly mapClientKey: boolean;
  /** The same with its user's id; clients without a user may not publish. */
  readonly mapUserKey: boolean;
  /** Whether the entry with a client's id is removed when the client leaves. */
  readonly mapClearsClient: boolean;
  /** How long clients collect changes of one entry before they send it, in milliseconds; 0: not at all. */
  readonly mapDebounceMs: number;
  /** Namespaces of the presence maps of these channels; '' for none. */
  readonly clientsMap: string;
  readonly usersMap: string;
  /** The URL of a shared poll's items, the interval, and how many items one connection may track. */
  readonly pollUrl: string;
  readonly pollIntervalMs: number;
  readonly pollKeys: number;
  /** Whether the backend versions its items; otherwise any difference is a newer version. */
  readonly pollVersions: boolean;
  readonly subscribe: Audience;
  readonly publish: Audience;
  /** History reads other than recovery, which every subscriber may use. */
  readonly readHistory: Audience;
  readonly readPresence: Audience;
};

/** Everything off and refused: the base of every namespace's options. */
export const CLOSED_NAMESPACE: Namespace = {
  type: 'stream',
  history: 'none',
  historySize: 0,
  historyTtlMs: 0,
  presence: false,
  joinLeave: false,
  forceJoinLeave: false,
  forceRecovery: true,
  forcePositioning: true,
  recovery: 'stream',
  autoRecover: false,
  userChannels: false,
  dataFormat: 'any',
  delta: false,
  tagFilter: false,
  compact: false,
  dataBytes: 0,
  conflate: false,
  conflateTag: 'key',
  mapTtlMs: 0,
  mapSize: 10_000,
  mapClientKey: false,
  mapUserKey: false,
  mapClearsClient: false,
  mapDebounceMs: 0,
  clientsMap: '',
  usersMap: '',
  pollUrl: '',
  pollIntervalMs: 10_000,
  pollKeys: 100,
  pollVersions: false,
  subscribe: 'nobody',
  publish: 'nobody',
  readHistory: 'nobody',
  readPresence: 'nobody',
};

/** The part of a channel's name before the first colon, or '' when it has none. */
export function namespaceOf(channel: string): string {
  const colon = channel.indexOf(':');
  return colon < 0 ? '' : channel.slice(0, colon);
}

/** The offset up to which a channel with this top keeps nothing, whatever its log still has. */
export function sizeFloorOf({ historySize }: Namespace, top: number): number {
  return historySize > 0 ? Math.max(0, top - historySize) : 0;
}

/** Whether a publication of that time has expired, whatever the log still has. */
export function isExpired({ historyTtlMs }: Namespace, time: number, now: number): boolean {
  return historyTtlMs > 0 && time + historyTtlMs <= now;
}

/** The retention of a channel in its log. */
export function retentionOf({ historySize, historyTtlMs }: Namespace): Retention {
  return { size: historySize, ttlMs: historyTtlMs };
}
