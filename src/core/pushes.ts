import type { ClientInfo, Publication } from '../ports/log.ts';
import type { DisconnectName, UnsubscribeName } from './disconnects.ts';
import type { ClientError } from './errors.ts';
import type { Published } from './feature.ts';

/** How a subscription starts: from where, and with what was missed. */
export type SubscribeResult = {
  readonly recoverable: boolean;
  readonly epoch: string;
  readonly offset: number;
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly publications: readonly Publication[];
  /** Seconds until the subscription's token runs out; absent when it does not. */
  readonly ttl?: number;
  /** Who is present, the client included; where it asked for that. */
  readonly presence?: readonly ClientInfo[];
};

export type ConnectResult = {
  readonly client: string;
  readonly version: string;
  /** Seconds between server pings; the client answers each. */
  readonly pingSeconds: number;
  readonly node: string;
  /** `Connection.streamKey`. */
  readonly session?: string;
  /** Server time in milliseconds. */
  readonly time: number;
  /** Seconds until the connection's token expires; absent when it does not. */
  readonly ttl?: number;
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
  /** Channels that the client asked to come back into; absent when it did not, or could not be brought back. */
  readonly restored?: ReadonlyMap<string, SubscribeResult>;
};

/** The answer to a command. */
export type Reply =
  | { readonly kind: 'error'; readonly error: ClientError }
  | { readonly kind: 'connect'; readonly result: ConnectResult }
  | { readonly kind: 'subscribe'; readonly result: SubscribeResult }
  | { readonly kind: 'unsubscribe' }
  | { readonly kind: 'publish'; readonly published: Published }
  | { readonly kind: 'presence'; readonly clients: readonly ClientInfo[] }
  | { readonly kind: 'presenceStats'; readonly clients: number; readonly users: number }
  | {
      readonly kind: 'history';
      readonly epoch: string;
      readonly offset: number;
      readonly publications: readonly Publication[];
    }
  | { readonly kind: 'rpc'; readonly data: unknown }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'refresh' | 'subRefresh'; readonly ttl: number | undefined };

/** What a client is told without having asked. */
export type Push =
  | { readonly kind: 'publication'; readonly channel: string; readonly publication: Publication }
  | {
      readonly kind: 'join' | 'leave';
      readonly channel: string;
      readonly info: ClientInfo;
      /** True where the user is known to have no other connection in the channel. */
      readonly alone?: boolean;
    }
  /** How many subscribers the channel has now. */
  | { readonly kind: 'subscribers'; readonly channel: string; readonly count: number }
  /** Users whom this client watches came online, or went. */
  | { readonly kind: 'users'; readonly online: boolean; readonly users: readonly string[] }
  | { readonly kind: 'subscribe'; readonly channel: string; readonly result: SubscribeResult }
  | { readonly kind: 'unsubscribe'; readonly channel: string; readonly reason: UnsubscribeName }
  | { readonly kind: 'disconnect'; readonly reason: DisconnectName };
