import type { ClientInfo, Position, Publication } from '../../ports/log.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { SubscribeOverride } from '../sessions/subscribe-override.ts';

/** What a developer's backend says of an item of a shared poll; data: JSON text on one line. */
export type PolledItem = { readonly key: string; readonly data: string; readonly version: number };

/** What nodes tell each other of a channel. */
export type ChannelMessage =
  | { readonly kind: 'publications'; readonly epoch: string; readonly publications: readonly Publication[] }
  | { readonly kind: 'item'; readonly item: PolledItem }
  /** Nothing is kept any more up to this position. */
  | { readonly kind: 'trimmed'; readonly to: Position }
  | { readonly kind: 'join' | 'leave'; readonly info: ClientInfo; readonly alone?: boolean };

/** What a subscription that the developer's backend begins comes with. */
export type ServerSubscription = {
  /** Visibility with the client in the channel; JSON text. */
  readonly info?: string;
  /** Milliseconds since 1970; the backend may be asked then whether it goes on. */
  readonly expiresAt?: number;
  /** For the client; JSON text on one line. */
  readonly data?: string;
  /** The client is told what was published since. */
  readonly since?: Position;
  /** What differs for this subscription from the namespace's options. */
  readonly override?: SubscribeOverride;
};

/** What a developer's own backend wants the client to be told as its connection ends. */
export type Ending = { readonly code: number; readonly reason: string };

/** `client`, `session`: only this one of the user's connections. */
export type ExternalOrder = { readonly client?: string; readonly session?: string } & (
  | { readonly kind: 'subscribe'; readonly channel: string; readonly given?: ServerSubscription }
  /** Without a channel from all. */
  | { readonly kind: 'unsubscribe'; readonly channel?: string }
  /** `except`: clients that stay. */
  | { readonly kind: 'disconnect'; readonly except?: readonly string[]; readonly ending?: Ending }
  /** Without `expiresAt` (milliseconds since 1970) the connection has no end. */
  | { readonly kind: 'refresh'; readonly expiresAt?: number; readonly info?: string }
  | { readonly kind: 'expire' }
);

/** In the place of an identity: all anonymous connections. */
export const NOBODY = '';

/** What they tell each other of people and their connections. */
export type Control =
  | { readonly kind: 'external'; readonly identity: string; readonly order: ExternalOrder }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly user: string; readonly channel: string }
  | {
      readonly kind: 'disconnect';
      readonly user: string;
      readonly reason: DisconnectName;
      readonly device?: string | undefined;
    };

/** Everything that goes over the bus. */
export type NodeMessage = ChannelMessage | Control;
