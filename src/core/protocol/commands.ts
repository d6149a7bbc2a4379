import type { MapEntry, Position } from '../../ports/log.ts';
import type { Span, TraceContext } from '../../ports/traces.ts';
import type { Principal } from '../access/principal.ts';
import type { Grant, SignedIn } from '../access/tokens.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { FilterNode } from '../channels/tag-filter.ts';
import type { HeaderFields } from './client-headers.ts';

/** A client's position when it lost its connection. An empty epoch matches any. */
export type Since = Position;

/**
 * Replaces an invalid offset, which a client got from elsewhere and cannot correct by itself: no channel has this
 * offset, so nothing can be recovered from it.
 */
export const UNKNOWN_OFFSET = Number.MAX_SAFE_INTEGER;

/** The offset of a client's recovery position. */
export function offsetFrom(given: number): number {
  return Number.isSafeInteger(given) && given >= 0 ? given : UNKNOWN_OFFSET;
}

export type SubscribeOptions = {
  /** Present if the client recovers. */
  readonly since?: Since;
  /** Present instead of `since` if the client wants the newest publication of the history. */
  readonly latest?: true;
  /** Answer with an error instead of continuing without recovery. */
  readonly rejectUnrecovered?: boolean;
  /** Whether the client requests joins and leaves, where the namespace has them. */
  readonly joinLeave?: boolean;
  /** Whether the client requests recovery, and its position; absent if its protocol always does. */
  readonly recoverable?: boolean;
  readonly positioned?: boolean;
  /** A token of the developer's backend, instead of the namespace's own rule. */
  readonly token?: string;
  /** For the developer's backend; JSON text on one line. */
  readonly data?: string;
  /** The channel type the client expects; a log if absent. */
  readonly type?: ChannelType;
  /** Of a map: the requested part. The last part creates the subscription. */
  readonly page?: {
    readonly cursor: string;
    readonly limit: number;
    /** The channel's position when the first part was read. */
    readonly since?: Since;
  };
  /** Whether the client requests deltas, where the namespace allows them. */
  readonly delta?: boolean;
  /** Whether the client requests a number in place of the channel's name, where the namespace allows it. */
  readonly compact?: boolean;
  /** Only publications whose tags match are wanted. */
  readonly filter?: FilterNode;
  /**
   * Like `token`, if the protocol has its own signatures: returns what the backend has signed, or throws `ClientError`.
   */
  readonly prove?: (principal: Principal) => Grant;
  /** Whether the reply must contain the presence. */
  readonly presence?: true;
  /** The parent span, if traced. */
  readonly span?: Span;
};

/** Items with the client's versions; 0 for none. */
export type TrackBatch = {
  readonly signature: string;
  readonly items: readonly { readonly key: string; readonly version: number }[];
};

/** For a traced command. */
export type Traced = {
  /** The client's own trace. */
  readonly caller?: TraceContext;
  /** The command's span, from the session on. */
  readonly span?: Span;
};

/** A client's identity before its connection was lost. */
export type Resumption = {
  readonly client: string;
  /** As returned by `userOf`. */
  readonly user: string;
  /**
   * Closes its old connection, if that still seems open, and returns those of the channels it was in, for which no
   * leave is sent. To be called in the turn in which the client enters them again.
   */
  readonly handOver: (channels: ReadonlySet<string>) => ReadonlySet<string>;
};

/** A client's commands in any protocol. `id` is the client's own number for the reply. */
export type Command = Traced & Asked;

type Asked =
  | {
      readonly kind: 'connect';
      readonly id: number;
      readonly token: string;
      /** Positions in the channels the server had subscribed this client to. */
      readonly since: ReadonlyMap<string, Since>;
      /** For the developer's backend; JSON text on one line. */
      readonly data?: string;
      /**
       * Channels the client had subscribed to itself, and its positions. It enters all of them, if it still may and can
       * recover everything it missed, or none.
       */
      readonly restore?: ReadonlyMap<string, Since>;
      /**
       * The connection it replaces once it is in all channels again. Another user cannot replace it, and so enters
       * none.
       */
      readonly resume?: Resumption;
      /** The client only gets what it requests itself; the server subscribes it to nothing. */
      readonly alone?: boolean;
      /** The client program's name and version, for the developer's backend. */
      readonly application?: { readonly name?: string; readonly version?: string };
      /** Headers for the developer's backend. */
      readonly headers?: HeaderFields;
    }
  | ({ readonly kind: 'subscribe'; readonly id: number; readonly channel: string } & SubscribeOptions)
  | { readonly kind: 'unsubscribe'; readonly id: number; readonly channel: string }
  | {
      readonly kind: 'publish';
      readonly id: number;
      readonly channel: string;
      /** JSON text on one line, as the client wrote it; empty if absent. */
      readonly data: string;
      /** In a map: the entry that it sets or removes. */
      readonly entry?: MapEntry;
      /** The client's own: a repeat by the same user publishes once. */
      readonly key?: string;
      readonly tags?: Readonly<Record<string, string>>;
      /** Whether the client itself is excluded from delivery. */
      readonly excludesSender?: true;
    }
  | { readonly kind: 'presence'; readonly id: number; readonly channel: string }
  | { readonly kind: 'presenceStats'; readonly id: number; readonly channel: string }
  | {
      readonly kind: 'history';
      readonly id: number;
      readonly channel: string;
      /** 0: only the position; below 0: the server's maximum. */
      readonly limit: number;
      readonly since?: Since;
      readonly reverse: boolean;
    }
  | {
      readonly kind: 'rpc';
      readonly id: number;
      readonly method: string;
      readonly data: unknown;
      /** The JSON text of `data`, as the client wrote it; absent without data. */
      readonly text?: string;
    }
  | { readonly kind: 'refresh'; readonly id: number; readonly token: string }
  /**
   * The client identifies itself after it connected, with its backend's signature: `prove` returns the identity, or
   * throws.
   */
  | { readonly kind: 'signIn'; readonly id: number; readonly prove: (principal: Principal) => SignedIn }
  /** A new token for a subscription, before the current one expires. */
  | { readonly kind: 'subRefresh'; readonly id: number; readonly channel: string; readonly token: string }
  /** In a shared poll: items to track, each batch signed by the developer's backend, and keys to untrack. */
  | {
      readonly kind: 'track';
      readonly id: number;
      readonly channel: string;
      readonly batches: readonly TrackBatch[];
      readonly untrack: readonly string[];
    }
  /** A message without a reply; nothing handles one yet. */
  | { readonly kind: 'send' }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'pong' };
