import { micros } from './message.ts';
import { onTurn } from './tcp.ts';

/** The sending rate: a number of messages in flight, or a fixed rate per second whatever the server does. */
export type Pace =
  | { readonly kind: 'window'; readonly inFlight: number }
  | { readonly kind: 'rate'; readonly perSecond: number };

export type Paced = {
  /** How many of the sent messages are finished. */
  readonly done: () => number;
  /**
   * Sends one. `due` is when it should have been sent, in `micros`: latency is measured from there, so that a late
   * sender hides nothing.
   */
  readonly send: (due: number) => void;
};

/** The maximum length of an idle turn; messages due sooner must not wait for it. */
const TURN_MICROS = 1500;

/** Starts sending; the returned function stops it. */
export function startPacing(pace: Pace, paced: Paced): () => void {
  return pace.kind === 'window' ? keepWindow(pace.inFlight, paced) : keepRate(pace.perSecond, paced);
}

function keepWindow(inFlight: number, { done, send }: Paced): () => void {
  let sent = 0;
  return onTurn(() => {
    for (let room = done() + inFlight - sent; room > 0; room -= 1) {
      sent += 1;
      send(micros());
    }
    return false;
  });
}

function keepRate(perSecond: number, { send }: Paced): () => void {
  const start = micros();
  let sent = 0;
  const dueOf = (index: number) => start + Math.floor((index * 1e6) / perSecond);
  return onTurn(() => {
    for (const now = micros(); dueOf(sent) <= now; sent += 1) send(dueOf(sent));
    return dueOf(sent) - micros() < TURN_MICROS;
  });
}
