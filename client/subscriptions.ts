import type { Centrifuge, Subscription } from 'centrifuge';
import type { ChannelData } from './contract.ts';
import { notify, type Unlisten } from './listeners.ts';

export type ClientInfo = { readonly user: string; readonly client: string };

/** One entry of a channel. */
export type Publication<Data = unknown> = {
  readonly channel: string;
  readonly data: Data;
  /** 1, 2, 3 …; absent in channels without history. */
  readonly offset?: number;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
};

/** A subscription was established, perhaps again after a reconnect. */
export type Subscribed = {
  readonly channel: string;
  /** Recovery was requested … */
  readonly wasRecovering: boolean;
  /** … and all missed publications follow now. False after `wasRecovering`: load the channel's state again. */
  readonly recovered: boolean;
  /** The following publications come after this offset; absent in channels without history. */
  readonly position?: { readonly offset: number; readonly epoch: string };
};

/** A subscription has ended permanently. */
export type Unsubscribed = { readonly channel: string; readonly code: number; readonly reason: string };

export type ChannelListeners<Data = unknown> = {
  publication?(publication: Publication<Data>): void;
  /** Called at once if the channel is already subscribed. */
  subscribed?(subscribed: Subscribed): void;
  unsubscribed?(unsubscribed: Unsubscribed): void;
  join?(info: ClientInfo): void;
  leave?(info: ClientInfo): void;
};

/** As the Centrifuge client describes it. */
type SubscribedContext = {
  readonly channel: string;
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly streamPosition?: { readonly offset: number; readonly epoch: string };
};

export function toSubscribed(context: SubscribedContext): Subscribed {
  const { channel, wasRecovering, recovered, streamPosition } = context;
  return { channel, wasRecovering, recovered, ...(streamPosition !== undefined && { position: streamPosition }) };
}

type Shared = {
  readonly subscription: Subscription;
  readonly listeners: Set<ChannelListeners>;
  subscribed: Subscribed | undefined;
};

export type Subscriptions = {
  /** Listens to a channel; see `Client.subscribe`. */
  add<Channel extends string>(channel: Channel, listeners: ChannelListeners<ChannelData<Channel>>): Unlisten;
};

/** Client-side subscriptions, one per channel for any number of listeners. */
export function createSubscriptions(centrifuge: Centrifuge): Subscriptions {
  const byChannel = new Map<string, Shared>();
  return {
    add: (channel, listeners) => {
      const shared = byChannel.get(channel) ?? open(centrifuge, byChannel, channel);
      // A separate copy, so that the same object can be added twice.
      const entry = { ...listeners } as ChannelListeners;
      shared.listeners.add(entry);
      if (shared.subscribed !== undefined && entry.subscribed) notify(entry.subscribed, shared.subscribed);
      return () => {
        if (!shared.listeners.delete(entry) || shared.listeners.size > 0) return;
        if (byChannel.get(channel) === shared) byChannel.delete(channel);
        centrifuge.removeSubscription(shared.subscription);
      };
    },
  };
}

function open(centrifuge: Centrifuge, byChannel: Map<string, Shared>, channel: string): Shared {
  const subscription = centrifuge.newSubscription(channel);
  const shared: Shared = { subscription, listeners: new Set(), subscribed: undefined };
  byChannel.set(channel, shared);
  relay(shared);
  subscription.on('unsubscribed', (context) => {
    // Refused or ended by the server: the next listener subscribes again.
    if (byChannel.get(channel) === shared) byChannel.delete(channel);
    centrifuge.removeSubscription(subscription);
    tell(shared, 'unsubscribed', context);
  });
  subscription.subscribe();
  return shared;
}

function relay(shared: Shared): void {
  const { subscription } = shared;
  subscription.on('subscribed', (context) => {
    shared.subscribed = toSubscribed(context);
    tell(shared, 'subscribed', shared.subscribed);
  });
  subscription.on('subscribing', () => {
    shared.subscribed = undefined;
  });
  subscription.on('publication', (publication) => tell(shared, 'publication', publication));
  subscription.on('join', ({ info }) => tell(shared, 'join', info));
  subscription.on('leave', ({ info }) => tell(shared, 'leave', info));
}

function tell<Kind extends keyof ChannelListeners>(
  shared: Shared,
  kind: Kind,
  event: Parameters<NonNullable<ChannelListeners[Kind]>>[0],
): void {
  for (const listeners of [...shared.listeners]) {
    const listener = listeners[kind] as ((event: unknown) => void) | undefined;
    if (listener !== undefined) notify(listener, event);
  }
}
