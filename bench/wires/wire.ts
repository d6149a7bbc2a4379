import type { Frame } from '../../src/wire-clients/codec.ts';
import type { SocketTarget } from '../load/socket.ts';

/** A client's message, and the text in the reply that confirms it. */
export type Step<Said = Frame> = { readonly say: Said; readonly until?: string };

/** How a client of one kind starts: its address and its first messages. */
export type Role = Omit<SocketTarget, 'port'> & {
  /** Text in the server's greeting; the client waits for it, and may need it for its own messages. */
  readonly greeting?: string;
  readonly steps: readonly Step<Frame | ((greeting: string) => string)>[];
  /** Not a WebSocket: a request whose response is an event stream, with this text in its first event. */
  readonly events?: string;
};

/** A server's protocol on the socket, as far as the benchmarks need it. */
export type Wire = {
  /** A client that receives everything published in `channel`. */
  readonly subscriber: (channel: string) => Role;
  /** The `index`-th publisher; distinguishes publishers where the protocol needs it. */
  readonly publisher: (channel: string, index: number) => Role;
  /** The message that publishes `payload` (JSON text); contains `ID` if the protocol has message ids. */
  readonly publication: (channel: string, payload: string, index: number) => Frame;
  /** The reply to a server's keep-alive message, or null if it is another message. */
  readonly keepAlive: (text: string) => Frame | null;
};

/** The server's reply to one publication: its id, and whether the server accepted it. */
export type OnAck = (id: number, taken: boolean) => void;

/** A wire on which the server answers each publication. */
export type AckedWire = Wire & {
  /** Calls `onAck` for each reply in a frame's payload, `buffer[start, end)`. */
  readonly acks: (buffer: Buffer, start: number, end: number, onAck: OnAck) => void;
  /** The offsets of the publications in a frame, if the protocol has them. */
  readonly offsets?: (buffer: Buffer, start: number, end: number) => readonly number[];
};
