/** A publication that a subscriber received. `T` is the parsed data. */
export type Delivery<T> = {
  /** Its offset in the channel; 0 if the protocol, or the channel, has no offsets. */
  readonly offset: number;
  readonly data: T;
};

export type Listener<T> = {
  /** The publications of one frame, in order. */
  readonly onPublications: (publications: readonly Delivery<T>[]) => void;
  /** The server, or the network, closed the connection. `why` is short, so that equal reasons can be counted. */
  readonly onClose: (why: string) => void;
};

/** The position of a subscriber, from which it can recover. */
export type Place = { readonly epoch: string; readonly offset: number; readonly cursor?: string };

/** A client that is subscribed to a channel. */
export type Subscriber = {
  /** Whether the server sent everything it had missed. */
  readonly recovered: boolean;
  /** Its position; undefined in a channel without history. */
  place(): Place | undefined;
  /** Closes the connection; `onClose` is not called. */
  close(): void;
};

/** A client that publishes. */
export type Publisher = {
  /** Publishes data, given as JSON text. Resolves when the server has accepted it. Rejects with `WireError`. */
  publish(channel: string, json: string): Promise<void>;
  close(): void;
};

/** How clients of one protocol talk to a deployment. All methods reject with `WireError`. */
export type WireClient<T> = {
  /** Resolves once every later publication will be received. With a place, the client recovers from there. */
  subscribe(channel: string, listener: Listener<T>, since?: Place): Promise<Subscriber>;
  publisher(onClose: Listener<T>['onClose']): Promise<Publisher>;
  /** Whether the server accepts one publisher's publications in sending order. */
  readonly keepsOrder: boolean;
};

/** Converts the parsed data of a publication. */
export type ReadData<T> = (data: unknown) => T;

/** The timeout of a reply. */
export const ANSWER_MS = 20_000;

export type WireFault =
  /** Nothing listens at the address. */
  | 'unreachable'
  /** Something does, but does not support this protocol. */
  | 'foreign'
  /** The server refuses: the client is unknown, or lacks the permission. */
  | 'denied'
  /** The server refuses for another reason. */
  | 'refused'
  | 'closed'
  | 'timeout';

/** Why an operation failed. The message is short, so that equal errors can be counted. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly fault: WireFault;

  constructor(fault: WireFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Codes of Centrifuge for an unknown user and for a missing permission. */
const DENIALS: ReadonlySet<number> = new Set([101, 103, 109, 110]);

/** The error of a reply with an error code. */
export function replyError(code: number, message: string): WireError {
  return new WireError(DENIALS.has(code) ? 'denied' : 'refused', `error ${code}: ${message}`);
}

/** The error of an HTTP status. A status that is not a refusal comes from something else, such as a web page. */
export function statusError(status: number): WireError {
  const isForeign = status < 400 || status === 404 || status === 405;
  const fault = isForeign ? 'foreign' : status === 401 || status === 403 ? 'denied' : 'refused';
  return new WireError(fault, `HTTP ${status}`);
}

/** The reason for closing a connection that received invalid data. */
export const FOREIGN = 'an answer in another protocol';

/** The error of a connection that the other side closed. Codes such as 3500 mean: do not reconnect. */
export function closeError(why: string): WireError {
  if (why === FOREIGN) return new WireError('foreign', why);
  return new WireError(/^closed (3500|3503|3507)/.test(why) ? 'denied' : 'closed', why);
}
