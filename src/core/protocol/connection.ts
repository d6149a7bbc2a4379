import type { Frame } from './protocol.ts';

/** How a connection went: with a word of one side, or without; `dropped`: because the runtime had to drop a frame. */
export type End = 'closed' | 'cut' | 'dropped';

/**
 * One client's socket, as the runtime offers it. What is sent and what is published to a joined topic arrives in
 * the order of the calls. The runtime bounds what waits for a slow reader; past the bound it closes the socket.
 */
export interface Connection {
  /**
   * Only of a stream, which goes to the client alone: with this key the client's own requests reach its session.
   * A stream has no close code either, so that a push tells the client why it ends.
   */
  readonly streamKey?: string;
  send(frame: Frame): void;
  /** Bytes that were sent and wait in this process for the client to take them. */
  backlog(): number;
  /** From now on the topic's frames go to this client too. */
  join(topic: string): void;
  leave(topic: string): void;
  close(code: number, reason: string): void;
  /** Asks the client's line for a sign of life beneath the protocol; absent where the line has no such thing. */
  ping?(): void;
}

/** The runtime's native fan-out: one call reaches every connection that has joined the topic. */
export interface Fanout {
  publish(topic: string, frame: Frame): void;
}
