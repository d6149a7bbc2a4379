import type { Retention } from '../../ports/log.ts';

/**
 * Who may do a thing in a namespace. `feature`: its `ChannelPolicy` decides; `backend`: the developer's own does.
 * `subscribers`: every connection that is subscribed to the channel; `subscribedUsers`: those of them that are signed in.
 */
export type Audience = 'nobody' | 'feature' | 'backend' | 'subscribedUsers' | 'subscribers' | 'users' | 'everyone';

/**
 * What channels are: logs of publications; maps of entries, of which `mapClients` and `mapUsers` say who is in another
 * channel; or items that are polled from a developer's backend.
 */
export type ChannelType = 'stream' | 'map' | 'mapClients' | 'mapUsers' | 'sharedPoll';

/** Options of all channels whose name starts with the namespace's name and a colon. */
export type Namespace = {
  readonly type: ChannelType;
  /** Where publications are kept: not at all, in this process, or on disk. */
  readonly history: 'none' | 'memory' | 'durable';
  /** Publications kept a channel; 0 = no bound. */
  readonly historySize: number;
  /** How long they are kept, in milliseconds; 0 = no bound. */
  readonly historyTtlMs: number;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  /** Whether subscribers are told who joins and leaves although they did not ask for it. */
  readonly forceJoinLeave: boolean;
  /** Whether subscribers recover although they did not ask for it. */
  readonly forceRecovery: boolean;
  /** Whether subscribers that do not recover are told their position although they did not ask for it. */
  readonly forcePositioning: boolean;
  /** What a returning client is given: all that it missed, or the newest publication alone. */
  readonly recovery: 'stream' | 'cache';
  /** With `cache`: whether every subscription begins with the newest publication, also one that recovers from nowhere. */
  readonly autoRecover: boolean;
  /** Whether a channel whose name has the user boundary (`#`) is open to the users it names, and to nobody else. */
  readonly userChannels: boolean;
  /** What the data of a publication must be. */
  readonly dataFormat: 'any' | 'json' | 'jsonObject';
  /** Whether subscribers may take publications as differences from the one before. */
  readonly delta: boolean;
  /** Whether subscribers may ask for only those publications whose tags match. */
  readonly tagFilter: boolean;
  /** Whether subscribers may take a number in the place of the channel's name. */
  readonly compact: boolean;
  /** Bytes of a publication's data; 0 = no bound besides the frame that brings it. */
  readonly dataBytes: number;
  /** Whether a subscriber that is behind is given the newest publication of each key alone, instead of being closed. */
  readonly conflate: boolean;
  /** The tag that holds the key of a publication; without it all of a channel are about the same. Maps have their own. */
  readonly conflateTag: string;
  /** How long an entry of a map stays unless it is set again, in milliseconds; 0: until it is removed. */
  readonly mapTtlMs: number;
  /** Entries a channel; 0 = no bound. */
  readonly mapSize: number;
  /** A client's publications set the entry with its own id, whatever key it gives. */
  readonly mapClientKey: boolean;
  /** The same with the id of its user; nobody who has none may publish. */
  readonly mapUserKey: boolean;
  /** Whether the entry with a client's id goes when the client does. */
  readonly mapClearsClient: boolean;
  /** How long clients gather what they set of one entry before they send it, in milliseconds; 0: not at all. */
  readonly mapDebounceMs: number;
  /** Namespaces of maps that show who is in these channels; '' for none. */
  readonly clientsMap: string;
  readonly usersMap: string;
  /** Where the items of a shared poll are asked for, how often, and how many one connection may track. */
  readonly pollUrl: string;
  readonly pollIntervalMs: number;
  readonly pollKeys: number;
  /** Whether the backend gives versions of its items; else what differs is newer. */
  readonly pollVersions: boolean;
  readonly subscribe: Audience;
  readonly publish: Audience;
  /** History reads besides recovery, which every subscriber may. */
  readonly readHistory: Audience;
  readonly readPresence: Audience;
};

/** Everything off and refused: what a namespace states, it adds to this. */
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

/** Up to which offset a channel with this top keeps nothing, whatever its log still holds. */
export function sizeFloorOf({ historySize }: Namespace, top: number): number {
  return historySize > 0 ? Math.max(0, top - historySize) : 0;
}

/** Whether a publication of that time is kept no longer, whatever the log still holds. */
export function isExpired({ historyTtlMs }: Namespace, time: number, now: number): boolean {
  return historyTtlMs > 0 && time + historyTtlMs <= now;
}

/** How much of a channel its log keeps. */
export function retentionOf({ historySize, historyTtlMs }: Namespace): Retention {
  return { size: historySize, ttlMs: historyTtlMs };
}
