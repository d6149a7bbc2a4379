import type { ClientInfo, Publication } from '../../ports/log.ts';
import type { Ending } from '../bus/node-messages.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { DisconnectName, UnsubscribeName } from '../disconnects.ts';
import type { ClientError } from '../errors.ts';
import type { Published } from '../operations/feature.ts';

/** How a subscription starts: from where, and with what was missed. */
export type SubscribeResult = {
  readonly recoverable: boolean;
  /** Whether the client is told its position although it does not recover. */
  readonly positioned?: true;
  readonly epoch: string;
  readonly offset: number;
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly publications: readonly Publication[];
  /** Seconds until the subscription's token runs out; absent when it does not. */
  readonly ttl?: number;
  /** Publications come as differences: the first of these whole, each later one from the one before. */
  readonly delta?: boolean;
  /** Of a shared poll: versions of items begin anew with it; '' where they never do. */
  readonly pollEpoch?: string;
  /** Of a channel that is a map. */
  readonly map?: MapPart;
  /** Stands for the channel in the pushes of this subscription. */
  readonly number?: number;
  /** Who is present, the client included; where it asked for that. */
  readonly presence?: readonly ClientInfo[];
  /** What the developer's backend has to say with it; JSON text on one line. */
  readonly data?: string;
};

/** A part of a map; with an empty cursor it is the last, and the client is subscribed. */
export type MapPart = {
  readonly type: ChannelType;
  readonly cursor: string;
  readonly state: readonly Publication[];
  /** How long the client is to gather what it sets of one entry; 0: not at all. */
  readonly debounceMs: number;
};

/** Of a publication that goes to those who take differences: whole when there is no base. */
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
  /** Seconds until the connection's token expires; absent when it does not. */
  readonly ttl?: number;
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
  /** Channels that the client asked to come back into; absent when it did not, or could not be brought back. */
  readonly restored?: ReadonlyMap<string, SubscribeResult>;
  /** What the developer's backend has to say with it; JSON text on one line. */
  readonly data?: string;
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
  /** `data`: what `JSON.stringify` takes, or JSON as it came. */
  | { readonly kind: 'rpc'; readonly data: unknown }
  | { readonly kind: 'track'; readonly items: readonly Publication[]; readonly ttl: number | undefined }
  | { readonly kind: 'signIn' }
  | { readonly kind: 'refresh' | 'subRefresh'; readonly ttl: number | undefined };

/** What a client is told without having asked. */
export type Push =
  | {
      readonly kind: 'publication';
      readonly channel: string;
      /** Of the channel, to which the publication's offset belongs; '' where there are no offsets. */
      readonly epoch: string;
      readonly publication: Publication;
      /** Takes the place of the channel's name. */
      readonly number?: number;
      /** Only for those who take differences. */
      readonly delta?: Delta;
    }
  | {
      readonly kind: 'join' | 'leave';
      readonly channel: string;
      readonly info: ClientInfo;
      /** Clients that are present in the channel now; absent where presence is not kept. */
      readonly present?: number | undefined;
      /** True where the user is known to have no other connection in the channel. */
      readonly alone?: boolean;
    }
  /** How many subscribers the channel has now. */
  | { readonly kind: 'subscribers'; readonly channel: string; readonly count: number }
  /** Users whom this client watches came online, or went. */
  | { readonly kind: 'users'; readonly online: boolean; readonly users: readonly string[] }
  /** `data`: what the developer's backend has to say with it; JSON text on one line. */
  | {
      readonly kind: 'subscribe';
      readonly channel: string;
      readonly result: SubscribeResult;
      readonly data?: string;
    }
  | { readonly kind: 'unsubscribe'; readonly channel: string; readonly reason: UnsubscribeName }
  /**
   * `ending`: what the developer's backend would have the client told instead. `retryMs`: how soon the client had better
   * come back, where that is up to the server.
   */
  | {
      readonly kind: 'disconnect';
      readonly reason: DisconnectName;
      readonly ending?: Ending;
      readonly retryMs?: number;
    };
