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

/** A subscription has started, or started again after the connection was lost. */
export type Subscribed = {
  readonly channel: string;
  /** Missed publications were asked for … */
  readonly wasRecovering: boolean;
  /** … and follow now, all of them. False after `wasRecovering`: load the channel's state anew. */
  readonly recovered: boolean;
  /** The publications that follow come after this offset; absent in channels without history. */
  readonly position?: { readonly offset: number; readonly epoch: string };
};

/** A subscription has ended for good. */
export type Unsubscribed = { readonly channel: string; readonly code: number; readonly reason: string };

export type ChannelListeners<Data = unknown> = {
  publication?(publication: Publication<Data>): void;
  /** Called at once, too, where the channel is subscribed already. */
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

/** Client-side subscriptions, one a channel however many listen. */
export function createSubscriptions(centrifuge: Centrifuge): Subscriptions {
  const byChannel = new Map<string, Shared>();
  return {
    add: (channel, listeners) => {
      const shared = byChannel.get(channel) ?? open(centrifuge, byChannel, channel);
      // A copy of its own, so that the same object can listen twice.
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
    // Refused or ended by the server: who listens next asks anew.
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
