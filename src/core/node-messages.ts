import type { ClientInfo, Publication } from '../ports/log.ts';
import type { DisconnectName } from './disconnects.ts';

/** What nodes tell each other of a channel. */
export type ChannelMessage =
  | { readonly kind: 'publications'; readonly epoch: string; readonly publications: readonly Publication[] }
  | { readonly kind: 'join' | 'leave'; readonly info: ClientInfo; readonly alone?: boolean };

/** `client`: only this one of the user's connections. */
export type ExternalOrder = { readonly client?: string } & (
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly channel: string }
  | { readonly kind: 'disconnect' }
);

/** What they tell each other of people and their connections. */
export type Control =
  | { readonly kind: 'external'; readonly identity: string; readonly order: ExternalOrder }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly user: string; readonly channel: string }
  | { readonly kind: 'disconnect'; readonly user: string; readonly reason: DisconnectName; readonly device?: string };
