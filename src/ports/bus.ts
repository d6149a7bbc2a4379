/** Called for each message that this node or another one published to a subject that this node listens to. */
export type BusListener<Message> = (subject: string, message: Message) => void;

/**
 * Turns messages into bytes and back. Nodes of different versions share a bus while an installation is being updated, so
 * the bytes carry a version, and a node passes over what it does not know.
 */
export interface Codec<Message> {
  encode(message: Message): Uint8Array;
  /** Undefined for what this version cannot read: a newer version, an unknown kind of message, or damaged bytes. */
  decode(bytes: Uint8Array): Message | undefined;
}

/**
 * Fan-out between nodes, best effort: a message may be lost, repeated or reordered (the log repairs it).
 * The publishing node receives its own messages too, so that one path serves one node and many.
 * An adapter that leaves the process uses a `Codec`, and counts what it cannot decode.
 */
export interface Bus<Message> {
  publish(subject: string, message: Message): void;
  subscribe(subject: string): void;
  unsubscribe(subject: string): void;
  listen(listener: BusListener<Message>): void;
  close(): Promise<void>;
}
