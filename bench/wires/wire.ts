import type { SocketTarget } from '../load/socket.ts';

/** What a client says to a server, and the text in the server's answer that shows it was understood. */
export type Step = { readonly say: string; readonly until?: string };

/** How a client of one kind gets going: where it connects and what it says then. */
export type Role = Omit<SocketTarget, 'port'> & { readonly steps: readonly Step[] };

/** A server's language on the socket, as far as the benchmarks speak it. */
export type Wire = {
  /** A client that receives everything published in `channel`. */
  readonly subscriber: (channel: string) => Role;
  readonly publisher: (channel: string) => Role;
  /** The message that publishes `payload` (JSON text); holds `ID` where the protocol has message ids. */
  readonly publication: (channel: string, payload: string) => string;
  /** The answer to a server's keep-alive message, or null when it isn't one. */
  readonly keepAlive: (text: string) => string | null;
};
