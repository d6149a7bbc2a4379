/** Called for each message that any node published to a subject this node subscribed to. */
export type BusListener<Message> = (subject: string, message: Message) => void;

/**
 * Encodes and decodes messages. Nodes of different versions share a bus during an update, so the bytes contain a
 * version, and a node skips what it does not know.
 */
export interface Codec<Message> {
  encode(message: Message): Uint8Array;
  /** Undefined for bytes this version cannot decode: a newer version, an unknown kind of message, or damage. */
  decode(bytes: Uint8Array): Message | undefined;
}

/**
 * Fan-out between nodes, best effort: a message may be lost, repeated or reordered (the log repairs it). The publishing
 * node receives its own messages too, so that one node and many work the same way. An adapter that leaves the process
 * uses a `Codec`, and counts what it cannot decode.
 */
export interface Bus<Message> {
  publish(subject: string, message: Message): void;
  subscribe(subject: string): void;
  unsubscribe(subject: string): void;
  listen(listener: BusListener<Message>): void;
  close(): Promise<void>;
}
