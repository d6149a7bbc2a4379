import type { MapEntry, Position } from '../../ports/log.ts';
import type { Span, TraceContext } from '../../ports/traces.ts';
import type { Principal } from '../access/principal.ts';
import type { Grant, SignedIn } from '../access/tokens.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { FilterNode } from '../channels/tag-filter.ts';
import type { HeaderFields } from './client-headers.ts';

/** Where a client was when it lost the line. An empty epoch stands for "any". */
export type Since = Position;

/**
 * Stands for an offset that makes no sense, which a client has from elsewhere and cannot correct by itself: no channel gets
 * that far, so nothing can be recovered from there.
 */
export const UNKNOWN_OFFSET = Number.MAX_SAFE_INTEGER;

/** The offset of a place to go on from, as a client gave it. */
export function offsetFrom(given: number): number {
  return Number.isSafeInteger(given) && given >= 0 ? given : UNKNOWN_OFFSET;
}

export type SubscribeOptions = {
  /** Present when the client wants what it missed. */
  readonly since?: Since;
  /** Present instead of `since` when the client wants the newest publication, where history has one. */
  readonly latest?: true;
  /** Answer with an error instead of starting anew when what it missed is no longer there. */
  readonly rejectUnrecovered?: boolean;
  /** Whether the client wants to hear who comes and goes, where the namespace tells. */
  readonly joinLeave?: boolean;
  /** Whether the client wants to recover, and to know its position; absent where its protocol always does. */
  readonly recoverable?: boolean;
  readonly positioned?: boolean;
  /** A token of the developer's backend, instead of the namespace's own rule. */
  readonly token?: string;
  /** For the developer's backend; JSON text on one line. */
  readonly data?: string;
  /** What the client takes the channel for; a log when absent. */
  readonly type?: ChannelType;
  /** Of a map: the part that is wanted now. The last part makes the subscription. */
  readonly page?: {
    readonly cursor: string;
    readonly limit: number;
    /** Where the channel was when the first part was read. */
    readonly since?: Since;
  };
  /** Whether the client takes publications as differences, where the namespace gives them. */
  readonly delta?: boolean;
  /** Whether the client takes a number in the place of the channel's name, where the namespace gives one. */
  readonly compact?: boolean;
  /** Only publications whose tags match are wanted. */
  readonly filter?: FilterNode;
  /** As `token`, where the protocol has signatures of its own: gives what the backend has signed, or throws `ClientError`. */
  readonly prove?: (principal: Principal) => Grant;
  /** Whether the answer is to say who is present. */
  readonly presence?: true;
  /** What it is done under, where that is traced. */
  readonly span?: Span;
};

/** Items with the versions that the client has; 0 for none. */
export type TrackBatch = {
  readonly signature: string;
  readonly items: readonly { readonly key: string; readonly version: number }[];
};

/** Of a command that is traced. */
export type Traced = {
  /** What the client says of its own trace. */
  readonly caller?: TraceContext;
  /** What the command is being carried out under, from the session on. */
  readonly span?: Span;
};

/** Who a client was before its line was lost. */
export type Resumption = {
  readonly client: string;
  /** As `userOf` says it. */
  readonly user: string;
  /**
   * Ends the connection that it had, if that still seems to stand, and gives those of the channels that it was in:
   * nobody is told that it leaves them. To be called in the turn in which the client comes into them again.
   */
  readonly handOver: (channels: ReadonlySet<string>) => ReadonlySet<string>;
};

/** What a client may ask, whatever protocol it speaks. `id` is the client's own number for the answer. */
export type Command = Traced & Asked;

type Asked =
  | {
      readonly kind: 'connect';
      readonly id: number;
      readonly token: string;
      /** Positions in the channels that the server had put this client into. */
      readonly since: ReadonlyMap<string, Since>;
      /** For the developer's backend; JSON text on one line. */
      readonly data?: string;
      /**
       * Channels that the client was in by its own wish, and where it was there. It comes into all of them, if it still
       * may and can be given everything it missed, or into none.
       */
      readonly restore?: ReadonlyMap<string, Since>;
      /**
       * Whom it takes the place of once it is back in everything. As another user it is nobody's successor, and so comes
       * back into nothing.
       */
      readonly resume?: Resumption;
      /** The client hears of what it asks for itself, and the server puts it into no channel. */
      readonly alone?: boolean;
      /** What the client says of the program that it is part of, for the developer's backend. */
      readonly application?: { readonly name?: string; readonly version?: string };
      /** What it would have its request's headers say to the developer's backend. */
      readonly headers?: HeaderFields;
    }
  | ({ readonly kind: 'subscribe'; readonly id: number; readonly channel: string } & SubscribeOptions)
  | { readonly kind: 'unsubscribe'; readonly id: number; readonly channel: string }
  | {
      readonly kind: 'publish';
      readonly id: number;
      readonly channel: string;
      /** JSON text on one line, as the client wrote it; empty where the client gave none. */
      readonly data: string;
      /** In a map: the entry that it sets, or removes. */
      readonly entry?: MapEntry;
      /** The client's own: what the same user publishes twice with it is published once. */
      readonly key?: string;
      readonly tags?: Readonly<Record<string, string>>;
      /** Whether all others are told, but not the client itself. */
      readonly tellsOthersOnly?: true;
    }
  | { readonly kind: 'presence'; readonly id: number; readonly channel: string }
  | { readonly kind: 'presenceStats'; readonly id: number; readonly channel: string }
  | {
      readonly kind: 'history';
      readonly id: number;
      readonly channel: string;
      /** 0: only the position; below 0: as many as the server gives. */
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
  /** The client says who it is once it is connected, by what its backend has signed: `prove` gives that, or throws. */
  | { readonly kind: 'signIn'; readonly id: number; readonly prove: (principal: Principal) => SignedIn }
  /** A new token for a subscription, before the one runs out that it began with. */
  | { readonly kind: 'subRefresh'; readonly id: number; readonly channel: string; readonly token: string }
  /** In a shared poll: items to be told of, each batch signed by the developer's backend, and keys to be let go of. */
  | {
      readonly kind: 'track';
      readonly id: number;
      readonly channel: string;
      readonly batches: readonly TrackBatch[];
      readonly untrack: readonly string[];
    }
  /** A message without an answer; nothing takes one yet. */
  | { readonly kind: 'send' }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'pong' };
