/** Called for each payload that another node, or this one, published to a subject that this node listens to. */
export type BusListener = (subject: string, payload: BusMessage) => void;

/** A structured-clonable value. */
export type BusMessage = { readonly kind: string } & Readonly<Record<string, unknown>>;

/**
 * Fan-out between nodes, best effort: a message may be lost, repeated or reordered (the log repairs it).
 * The publishing node hears its own messages too, so that one path serves one node and many.
 */
export interface Bus {
  publish(subject: string, message: BusMessage): void;
  subscribe(subject: string): void;
  unsubscribe(subject: string): void;
  listen(listener: BusListener): void;
  close(): Promise<void>;
}
