import type { ClientInfo, Position, Publication } from '../../ports/log.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { SubscribeOverride } from '../sessions/subscribe-override.ts';

/** A developer's backend publishes an item of a shared poll; data: JSON text on one line. */
export type PolledItem = { readonly key: string; readonly data: string; readonly version: number };

/** Messages between nodes about a channel. */
export type ChannelMessage =
  | { readonly kind: 'publications'; readonly epoch: string; readonly publications: readonly Publication[] }
  | { readonly kind: 'item'; readonly item: PolledItem }
  /** Nothing is kept any more up to this position. */
  | { readonly kind: 'trimmed'; readonly to: Position }
  | { readonly kind: 'join' | 'leave'; readonly info: ClientInfo; readonly alone?: boolean };

/** Options of a subscription started by the developer's backend. */
export type ServerSubscription = {
  /** Shown with the client in the channel; JSON text. */
  readonly info?: string;
  /** Milliseconds since 1970; the backend may be asked then whether it continues. */
  readonly expiresAt?: number;
  /** For the client; JSON text on one line. */
  readonly data?: string;
  /** The client recovers from here. */
  readonly since?: Position;
  /** Options of this subscription that differ from the namespace's. */
  readonly override?: SubscribeOverride;
};

/** The code and reason of a disconnect by a developer's own backend. */
export type Ending = { readonly code: number; readonly reason: string };

/** `client`, `session`: only this one of the user's connections. */
export type ExternalOrder = { readonly client?: string; readonly session?: string } & (
  | { readonly kind: 'subscribe'; readonly channel: string; readonly given?: ServerSubscription }
  /** Without a channel: all. */
  | { readonly kind: 'unsubscribe'; readonly channel?: string }
  /** `except`: clients that stay connected. */
  | { readonly kind: 'disconnect'; readonly except?: readonly string[]; readonly ending?: Ending }
  /** Without `expiresAt` (milliseconds since 1970) the connection does not expire. */
  | { readonly kind: 'refresh'; readonly expiresAt?: number; readonly info?: string }
  | { readonly kind: 'expire' }
);

/** In place of an identity: all anonymous connections. */
export const NOBODY = '';

/** Messages between nodes about people and their connections. */
export type Control =
  | { readonly kind: 'external'; readonly identity: string; readonly order: ExternalOrder }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly user: string; readonly channel: string }
  | {
      readonly kind: 'disconnect';
      readonly user: string;
      readonly reason: DisconnectName;
      readonly device?: string | undefined;
    };

/** Everything sent over the bus. */
export type NodeMessage = ChannelMessage | Control;
