import type { Position } from '../ports/log.ts';
import type { Principal } from './principal.ts';
import type { Grant, SignedIn } from './tokens.ts';

/** Where a client was when it lost the line. An empty epoch stands for "any". */
export type Since = Position;

export type SubscribeOptions = {
  /** Present when the client wants what it missed. */
  readonly since?: Since;
  /** Present instead of `since` when the client wants the newest publication, where history has one. */
  readonly latest?: true;
  /** Answer with an error instead of starting anew when what it missed is no longer there. */
  readonly rejectUnrecovered?: boolean;
  /** Whether the client wants to hear who comes and goes, where the namespace tells. */
  readonly joinLeave?: boolean;
  /** A token of the developer's backend, instead of the namespace's own rule. */
  readonly token?: string;
  /** As `token`, where the protocol has signatures of its own: gives what the backend has signed, or throws `ClientError`. */
  readonly prove?: (principal: Principal) => Grant;
  /** Whether the answer is to say who is present. */
  readonly presence?: true;
};

/** What a client may ask, whatever protocol it speaks. `id` is the client's own number for the answer. */
export type Command =
  | {
      readonly kind: 'connect';
      readonly id: number;
      readonly token: string;
      /** Positions in the channels that the server had put this client into. */
      readonly since: ReadonlyMap<string, Since>;
      /** The client hears of what it asks for itself, and the server puts it into no channel. */
      readonly alone?: boolean;
    }
  | ({ readonly kind: 'subscribe'; readonly id: number; readonly channel: string } & SubscribeOptions)
  | { readonly kind: 'unsubscribe'; readonly id: number; readonly channel: string }
  | {
      readonly kind: 'publish';
      readonly id: number;
      readonly channel: string;
      /** JSON text on one line, as the client wrote it. */
      readonly data: string;
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
  | { readonly kind: 'rpc'; readonly id: number; readonly method: string; readonly data: unknown }
  | { readonly kind: 'refresh'; readonly id: number; readonly token: string }
  /** The client says who it is once it is connected, by what its backend has signed: `prove` gives that, or throws. */
  | { readonly kind: 'signIn'; readonly id: number; readonly prove: (principal: Principal) => SignedIn }
  /** A new token for a subscription, before the one runs out that it began with. */
  | { readonly kind: 'subRefresh'; readonly id: number; readonly channel: string; readonly token: string }
  /** A message without an answer; nothing takes one yet. */
  | { readonly kind: 'send' }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'pong' };
