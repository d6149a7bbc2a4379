import { WireError } from '../../wire-clients/wire-client.ts';
import { whole } from '../figures.ts';
import { Histogram } from './histogram.ts';

/** What happened in a run so far. Times are in microseconds. */
export class Tally {
  /** Clients that are connected, and how many there shall be. */
  connected = 0;
  wanted = 0;
  /** Publications that were sent, and those of them that the server has answered. */
  sent = 0;
  acked = 0;
  /** Publications that subscribers have heard. */
  received = 0;
  readonly errors = new Map<string, number>();
  /** From the moment a client was due to connect until it was in its channel. */
  readonly connecting = new Histogram();
  /** From the moment a publication was due: to the server's answer, and to each subscriber. */
  readonly acks = new Histogram();
  readonly deliveries = new Histogram();
  /** From the moment a client was due to return until it had all that it missed. */
  readonly returns = new Histogram();

  /** Counts a client that did not get through with what it was doing. */
  fail(doing: 'connecting' | 'publishing', error: unknown): void {
    // What is no fault of the wire is one of this program.
    if (!(error instanceof WireError)) throw error;
    this.#count(`${doing}: ${error.message}`);
  }

  /** Counts a client that the other side has cut off. */
  cutOff(why: string): void {
    this.connected -= 1;
    this.#count(`cut off: ${why}`);
  }

  /** Counts a publication that was due while too many had no answer yet. */
  leaveOut(unanswered: number): void {
    this.#count(`publishing: not sent, as ${whole(unanswered)} had no answer`);
  }

  /** Counts publications that never got an answer. */
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
