import type { Delivery, Place, WireError } from './wire-client.ts';

export type Frame = string | Uint8Array;

/** A client's command. */
export type Command =
  | { readonly kind: 'connect'; readonly token?: string }
  | { readonly kind: 'subscribe'; readonly channel: string; readonly since?: Place }
  /** `json` is the data as JSON text; it is sent as it is. */
  | { readonly kind: 'publish'; readonly channel: string; readonly json: string };

/** The reply to a command. Only a subscription fills it. */
export type Reply<T = unknown> = {
  readonly epoch: string;
  readonly offset: number;
  readonly recovered: boolean;
  /** What the client had missed. */
  readonly publications: readonly Delivery<T>[];
};

/** A server message, as far as the clients need it. */
export type Message<T = unknown> =
  | { readonly kind: 'ping' }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply<T> }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'publication'; readonly publication: Delivery<T> }
  /** The subscription, or the connection, has ended. */
  | { readonly kind: 'end'; readonly why: string };

/** Id of the connect command, for protocols whose reply to it has no id. */
export const CONNECT_ID = 1;
/** The same for the only subscription of a connection. */
export const SUBSCRIBE_ID = 2;

/** A reply without content. */
export const EMPTY_REPLY: Reply = { epoch: '', offset: 0, recovered: false, publications: [] };

/** A protocol over WebSocket, without I/O: the frames that a client sends, and the meaning of those it receives. */
export type Codec = {
  readonly path: string;
  readonly pong: Frame;
  /** Undefined if there is nothing to send: the server greets first. */
  encode(id: number, command: Command): Frame | undefined;
  /** Throws for an invalid frame. */
  decode(frame: Frame): readonly Message[];
};
