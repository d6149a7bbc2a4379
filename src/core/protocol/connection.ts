import type { Frame } from './protocol.ts';

/**
 * How a connection closed: with a close frame of either side, or without; `dropped`: because the runtime had to drop a
 * frame.
 */
export type End = 'closed' | 'cut' | 'dropped';

/**
 * One client's socket, provided by the runtime. What is sent and what is published to a joined topic arrives in call
 * order. The runtime bounds the buffer of a slow client; above the limit it closes the socket.
 */
export interface Connection {
  /**
   * Only of a stream, which is one-way: with this key the client's own requests reach its session. A stream has no
   * close code either, so a push tells the client why it ends.
   */
  readonly streamKey?: string;
  send(frame: Frame): void;
  /** Sent bytes that are still buffered in this process. */
  backlog(): number;
  /** From now on the topic's frames go to this client too. */
  join(topic: string): void;
  leave(topic: string): void;
  close(code: number, reason: string): void;
  /** Pings the client below the protocol; absent if the transport cannot. */
  ping?(): void;
}

/** The runtime's native fan-out: one call reaches every connection that has joined the topic. */
export interface Fanout {
  publish(topic: string, frame: Frame): void;
}
