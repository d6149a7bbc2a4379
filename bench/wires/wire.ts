import type { Frame } from '../../src/wire-clients/codec.ts';
import type { SocketTarget } from '../load/socket.ts';

/** What a client says to a server, and the text in the server's answer that shows it was understood. */
export type Step<Said = Frame> = { readonly say: Said; readonly until?: string };

/** How a client of one kind gets going: where it connects and what it says then. */
export type Role = Omit<SocketTarget, 'port'> & {
  /** Text in what the server says first, by itself; the client waits for it, and may need it for what it then says. */
  readonly greeting?: string;
  readonly steps: readonly Step<Frame | ((greeting: string) => string)>[];
  /** Not a WebSocket: a request whose answer is a stream of events, with this text in the first of them. */
  readonly events?: string;
};

/** A server's language on the socket, as far as the benchmarks speak it. */
export type Wire = {
  /** A client that receives everything published in `channel`. */
  readonly subscriber: (channel: string) => Role;
  /** The `index`-th publisher; tells publishers apart where the protocol needs it. */
  readonly publisher: (channel: string, index: number) => Role;
  /** The message that publishes `payload` (JSON text); holds `ID` where the protocol has message ids. */
  readonly publication: (channel: string, payload: string, index: number) => Frame;
  /** The answer to a server's keep-alive message, or null when it isn't one. */
  readonly keepAlive: (text: string) => Frame | null;
};

/** The server's answer to one publication: its id, and whether the server took it. */
export type OnAck = (id: number, taken: boolean) => void;

/** A wire on which the server answers each publication. */
export type AckedWire = Wire & {
  /** Calls `onAck` for each answer in a frame's payload, `buffer[start, end)`. */
  readonly acks: (buffer: Buffer, start: number, end: number, onAck: OnAck) => void;
  /** The offsets of the publications in a frame, where the protocol numbers them. */
  readonly offsets?: (buffer: Buffer, start: number, end: number) => readonly number[];
};
