import type { Stamp } from '../payload.ts';

/** A publication that a subscriber heard. */
export type Heard = {
  /** Its place in the channel; 0 where the protocol, or the channel, numbers none. */
  readonly offset: number;
  /** Undefined for one that is not of this run. */
  readonly stamp: Stamp | undefined;
};

export type Listener = {
  /** The publications of one frame, in order. */
  readonly onHeard: (heard: readonly Heard[]) => void;
  /** The other side has ended it; `why` names the reason, to be counted by. */
  readonly onEnd: (why: string) => void;
};

/** Where a subscriber stands, to come back to. */
export type Place = { readonly epoch: string; readonly offset: number; readonly cursor?: string };

/** A client that has subscribed to a channel. */
export type Subscriber = {
  /** Whether it was given all that it had missed. */
  readonly recovered: boolean;
  /** Where it stands now; undefined where nothing is kept to come back for. */
  place(): Place | undefined;
  /** Cuts the line; `onEnd` is not called. */
  close(): void;
};

/** A client that publishes. */
export type Publisher = {
  /** Publishes; resolves once the server has answered that it is taken. Rejects with `WireError`. */
  publish(channel: string, text: string): Promise<void>;
  close(): void;
};

/** How clients of one kind talk to a deployment. All reject with `WireError`. */
export type Wire = {
  /** Resolves when everything that is published from now on will be heard. With a place: and what came since. */
  subscribe(channel: string, listener: Listener, since?: Place): Promise<Subscriber>;
  /** `onEnd` as that of a listener. */
  publisher(onEnd: Listener['onEnd']): Promise<Publisher>;
  /** Whether what one publisher sends is taken in the order in which it sends. */
  readonly keepsOrder: boolean;
};

/** How long an answer may take. */
export const ANSWER_MS = 20_000;

/** What came between a client and the deployment. */
export type WireFault =
  /** Nobody answers there. */
  | 'unreachable'
  /** Somebody does, but not in this protocol. */
  | 'foreign'
  /** The server refuses: the client is not known, or may not do this. */
  | 'denied'
  /** The server refuses for another reason. */
  | 'refused'
  | 'closed'
  | 'timeout';

/** Why a client did not get what it wanted; the message is short and counts as the error's name. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly fault: WireFault;

  constructor(fault: WireFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Centrifuge's numbers for "who are you" and "you may not". */
const DENIALS: ReadonlySet<number> = new Set([101, 103, 109, 110]);

/** The error of a numbered answer, as Banyan's protocols have it. */
export function answerError(code: number, message: string): WireError {
  return new WireError(DENIALS.has(code) ? 'denied' : 'refused', `error ${code}: ${message}`);
}

/** The error of an HTTP status; one that is no refusal is of something else, as of a page. */
export function statusError(status: number): WireError {
  const isForeign = status < 400 || status === 404 || status === 405;
  const fault = isForeign ? 'foreign' : status === 401 || status === 403 ? 'denied' : 'refused';
  return new WireError(fault, `HTTP ${status}`);
}

/** Why a line has ended on which something was said that is none of the protocol. */
export const FOREIGN = 'an answer in another protocol';

/** The error of a line that the other side has ended: 3500 and the like mean that there is no use in coming back. */
export function endError(why: string): WireError {
  if (why === FOREIGN) return new WireError('foreign', why);
  return new WireError(/^closed (3500|3503|3507)/.test(why) ? 'denied' : 'closed', why);
}
