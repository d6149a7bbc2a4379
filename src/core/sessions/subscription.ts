import type { Position } from '../../ports/log.ts';
import type { Grant } from '../access/tokens.ts';
import type { Tracking } from '../channels/tracking.ts';
import type { Feed, FeedOptions } from '../delivery/feed.ts';
import type { Hub } from '../delivery/hub.ts';
import type { HubChannel, Recovery, RecoveryStart } from '../delivery/hub-channel.ts';
import { ClientError } from '../errors.ts';
import { lastResult, recoveredResult } from '../maps/map-parts.ts';
import type { MapRead } from '../maps/maps.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import type { DeliveryOptions } from './delivery-options.ts';
import type { SubscribeOverride } from './subscribe-override.ts';

/** `entering`: allowed or being checked, not yet in. It is cancelled by removing it; another may replace it. */
export type Subscription = Entry | Live;
export type Entry = { readonly tag: 'entering'; readonly by: SubscribedBy };
export type Live = {
  readonly tag: 'live';
  readonly by: SubscribedBy;
  /** Shown with the client in this channel; JSON text. */
  readonly info?: string;
  /** The client's identity in this channel, if it differs. */
  readonly user?: string;
  readonly expiresAt?: number;
  /** Whether the developer's backend renews it on expiry, instead of the client with a new token. */
  readonly vouched?: true;
  /** If it has its own delivery options. */
  readonly feed?: Feed;
  /** Of a shared poll. */
  readonly tracking?: Tracking;
  /** Options that differ from the namespace's. */
  readonly override?: SubscribeOverride;
};
export type SubscribedBy = 'client' | 'server';

export const LIVE_BY_CLIENT: Live = { tag: 'live', by: 'client' };
export const LIVE_BY_SERVER: Live = { tag: 'live', by: 'server' };

/** A client's way in, once it is allowed: with the part read, in a map. */
export type EntryOptions = {
  readonly options: SubscribeOptions;
  readonly delivery: DeliveryOptions;
  readonly feedOptions: FeedOptions | undefined;
  readonly read: MapRead | undefined;
  /** Whether the client had it on the connection before: its protocol decides what it recovers. */
  readonly isRestored?: true;
};

/** Throws `limitExceeded` if one more user is too many. */
export function checkRoom({ present }: HubChannel, grant: Grant | undefined): void {
  if (grant?.userLimit === undefined || present === undefined) return;
  if (present.users < grant.userLimit || present.hasUser(grant.user)) return;
  throw new ClientError('limitExceeded', { message: `at most ${grant.userLimit} users in a presence channel` });
}

/** One object serves all subscriptions without further options. `self`: the client's identity elsewhere. */
export function liveOf(by: SubscribedBy, grant: Grant | undefined, self: string): Live {
  const { info, expiresAt } = grant ?? {};
  const user = grant === undefined || grant.user === self ? undefined : grant.user;
  const override = grant?.override;
  if (info === undefined && expiresAt === undefined && user === undefined && override === undefined) {
    return by === 'client' ? LIVE_BY_CLIENT : LIVE_BY_SERVER;
  }
  return {
    ...{ tag: 'live', by },
    ...(info !== undefined && { info }),
    ...(user !== undefined && { user }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(grant?.vouched === true && { vouched: true }),
    ...(override !== undefined && { override }),
  };
}

/** Counts a subscriber in, with its delivery options; it must join in this same turn. */
export function enterAs(
  hub: Hub,
  channel: HubChannel,
  { protocol, feedOptions, recovery }: EntryMode,
): { readonly feed: Feed | undefined; readonly entered: SubscribeResult } {
  const feed = feedOptions && hub.feedOf(channel, protocol, feedOptions);
  const entered = feed ? hub.enterFeed(channel, feed, recovery) : hub.enter(channel, protocol, recovery);
  return { feed, entered };
}

type EntryMode = {
  readonly protocol: Protocol;
  readonly feedOptions: FeedOptions | undefined;
  readonly recovery: Recovery | undefined;
};

export function withFeed(live: Live, feed: Feed | undefined): Live {
  return feed === undefined ? live : { ...live, feed };
}

/**
 * The client's result. Throws `unrecoverablePosition` if it prefers an error to missing recovery. The newest publication
 * alone continues no place, so its absence is no such error: the client would ask for its state again without end.
 */
export function resultOf(
  channel: HubChannel,
  entered: SubscribeResult,
  { options, feedOptions, read, delivery }: EntryOptions,
): SubscribeResult {
  if (read !== undefined) return lastResult(channel, read, { entered, feedOptions });
  if (options.type === 'sharedPoll') return entered;
  if (options.type !== undefined && options.type !== 'stream') return recoveredResult(channel, entered);
  const mustRecover = options.rejectUnrecovered === true && channel.namespace.recovery === 'stream';
  if (mustRecover && entered.wasRecovering && !entered.recovered) {
    throw new ClientError('unrecoverablePosition');
  }
  return answering(options.since, placed(entered, delivery));
}

/** A client that requested recovery must know that it was not recovered, if nothing is kept for it. */
export function answering(since: Position | undefined, result: SubscribeResult): SubscribeResult {
  return since === undefined || result.wasRecovering ? result : { ...result, wasRecovering: true };
}

/** Without a position if the client must not recover, or know it. */
export function placed(entered: SubscribeResult, { recovers, isPositioned }: DeliveryOptions): SubscribeResult {
  if (recovers || !entered.recoverable) return entered;
  return { ...entered, recoverable: false, ...(isPositioned && { positioned: true }) };
}

/** The start of recovery for a client that enters a log. */
export function sinceOf(
  { namespace }: HubChannel,
  options: SubscribeOptions,
  { recovers }: DeliveryOptions,
): RecoveryStart | undefined {
  const { type, recovery, autoRecover } = namespace;
  if (type !== 'stream') return fromOf(options);
  if (!recovers) return undefined;
  return fromOf(options) ?? (autoRecover && recovery === 'cache' ? NOWHERE : undefined);
}

/** Any history, from its beginning. */
const NOWHERE: RecoveryStart = { epoch: '', offset: 0 };

export function trackingIn({ tracking }: Live): { readonly tracking?: Tracking } {
  return tracking === undefined ? {} : { tracking };
}

function fromOf({ latest, page, since }: SubscribeOptions): RecoveryStart | undefined {
  return latest === true ? 'latest' : (page?.since ?? since);
}
