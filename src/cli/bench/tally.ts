import { WireError } from '../../wire-clients/wire-client.ts';
import { whole } from '../figures.ts';
import { Histogram } from './histogram.ts';

/** The events of a run so far. Times are in microseconds. */
export class Tally {
  /** Connected clients, and how many there will be. */
  connected = 0;
  wanted = 0;
  /** Sent publications, and the answered ones among them. */
  sent = 0;
  acked = 0;
  /** Publications received by subscribers. */
  received = 0;
  readonly errors = new Map<string, number>();
  /** From the time a client was due to connect until it was subscribed. */
  readonly connecting = new Histogram();
  /** From the time a publication was due: to the server's reply, and to each subscriber. */
  readonly acks = new Histogram();
  readonly deliveries = new Histogram();
  /** From the time a client was due to reconnect until it had all it missed. */
  readonly returns = new Histogram();

  /** Counts a client that failed. */
  fail(doing: 'connecting' | 'publishing', error: unknown): void {
    // An error other than the wire's is a bug of this program.
    if (!(error instanceof WireError)) throw error;
    this.#count(`${doing}: ${error.message}`);
  }

  /** Counts a client disconnected by the other side. */
  cutOff(why: string): void {
    this.connected -= 1;
    this.#count(`cut off: ${why}`);
  }

  /** Counts a publication that was due while too many were unanswered. */
  leaveOut(unanswered: number): void {
    this.#count(`publishing: not sent, as ${whole(unanswered)} had no answer`);
  }

  /** Counts publications without a reply. */
  giveUp(count: number): void {
    if (count > 0) this.errors.set('publishing: no answer', (this.errors.get('publishing: no answer') ?? 0) + count);
  }

  #count(error: string): void {
    this.errors.set(error, (this.errors.get(error) ?? 0) + 1);
  }

  get failures(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }
}
