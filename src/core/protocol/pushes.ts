import type { ClientInfo, Publication } from '../../ports/log.ts';
import type { Ending } from '../bus/node-messages.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { DisconnectName, UnsubscribeName } from '../disconnects.ts';
import type { ClientError } from '../errors.ts';
import type { Published } from '../operations/feature.ts';

/** The start of a subscription: its position, and the recovered publications. */
export type SubscribeResult = {
  readonly recoverable: boolean;
  /** Whether the client gets its position although it does not recover. */
  readonly positioned?: true;
  readonly epoch: string;
  readonly offset: number;
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly publications: readonly Publication[];
  /** Seconds until the subscription's token expires; absent without expiry. */
  readonly ttl?: number;
  /** Publications are deltas: the first of these is complete, each later one relative to the one before. */
  readonly delta?: boolean;
  /** Of a shared poll: the epoch of item versions; '' if they have none. */
  readonly pollEpoch?: string;
  /** Of a map channel. */
  readonly map?: MapPart;
  /** Replaces the channel's name in the pushes of this subscription. */
  readonly number?: number;
  /** The presence, including the client; if it requested that. */
  readonly presence?: readonly ClientInfo[];
  /** Data from the developer's backend; JSON text on one line. */
  readonly data?: string;
};

/** A part of a map; an empty cursor marks the last one, which subscribes the client. */
export type MapPart = {
  readonly type: ChannelType;
  readonly cursor: string;
  readonly state: readonly Publication[];
  /** How long the client should collect changes of one entry; 0: not at all. */
  readonly debounceMs: number;
};

/** Of a publication for clients with deltas: complete without a base. */
export type Delta = { readonly base?: Publication | undefined };

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
  /** Seconds until the connection's token expires; absent without expiry. */
  readonly ttl?: number;
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
  /** Channels the client asked to be restored; absent if it did not, or it failed. */
  readonly restored?: ReadonlyMap<string, SubscribeResult>;
  /** Data from the developer's backend; JSON text on one line. */
  readonly data?: string;
};

/** The reply to a command. */
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
  /** `data`: an argument of `JSON.stringify`, or JSON as received. */
  | { readonly kind: 'rpc'; readonly data: unknown }
  | { readonly kind: 'track'; readonly items: readonly Publication[]; readonly ttl: number | undefined }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'refresh' | 'subRefresh'; readonly ttl: number | undefined };

/** An unsolicited message to a client. */
export type Push =
  | {
      readonly kind: 'publication';
      readonly channel: string;
      /** The channel's epoch, which the publication's offset belongs to; '' without offsets. */
      readonly epoch: string;
      readonly publication: Publication;
      /** Replaces the channel's name. */
      readonly number?: number;
      /** Only for clients with deltas. */
      readonly delta?: Delta;
    }
  | {
      readonly kind: 'join' | 'leave';
      readonly channel: string;
      readonly info: ClientInfo;
      /** Clients present in the channel now; absent without presence. */
      readonly present?: number | undefined;
      /** True if the user is known to have no other connection in the channel. */
      readonly alone?: boolean;
    }
  /** The channel's current subscriber count. */
  | { readonly kind: 'subscribers'; readonly channel: string; readonly count: number }
  /** Users watched by this client came online or went offline. */
  | { readonly kind: 'users'; readonly online: boolean; readonly users: readonly string[] }
  /** `data`: from the developer's backend; JSON text on one line. */
  | {
      readonly kind: 'subscribe';
      readonly channel: string;
      readonly result: SubscribeResult;
      readonly data?: string;
    }
  | { readonly kind: 'unsubscribe'; readonly channel: string; readonly reason: UnsubscribeName }
  /**
   * `ending`: the developer's backend's own code and reason. `retryMs`: the suggested reconnect delay, if the server
   * decides on it.
   */
  | {
      readonly kind: 'disconnect';
      readonly reason: DisconnectName;
      readonly ending?: Ending;
      readonly retryMs?: number;
    };
