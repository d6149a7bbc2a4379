import { micros } from './message.ts';
import { onTurn } from './tcp.ts';

/** How fast to send: a number of messages under way at once, or a fixed number a second whatever the server does. */
export type Pace =
  | { readonly kind: 'window'; readonly inFlight: number }
  | { readonly kind: 'rate'; readonly perSecond: number };

export type Paced = {
  /** How many of the sent messages are finished. */
  readonly done: () => number;
  /** Sends one. `due` is when it should have gone out, in `micros`: measured from there, a late sender hides nothing. */
  readonly send: (due: number) => void;
};

/** A turn may take this long when it is not hurried; what is due sooner must not wait for it. */
const TURN_MICROS = 1500;

/** Starts sending; the returned function ends it. */
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
