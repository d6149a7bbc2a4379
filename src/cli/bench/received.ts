import type { Delivery } from '../../wire-clients/wire-client.ts';
import type { Stamp } from './payload.ts';

/** What one subscriber has received of one publisher, by the publisher's numbers. */
class Sequence {
  /** All before it have been received. */
  #next = 0;
  readonly #ahead = new Set<number>();

  /** False for a repeat. */
  take(number: number): boolean {
    if (number < this.#next || this.#ahead.has(number)) return false;
    this.#ahead.add(number);
    while (this.#ahead.delete(this.#next)) this.#next += 1;
    return true;
  }

  /** How many of the first `sent` are missing, except those that were not accepted. */
  missing(sent: number, excused: ReadonlySet<number>): number {
    let count = 0;
    for (let number = this.#next; number < sent; number += 1) {
      if (!this.#ahead.has(number) && !excused.has(number)) count += 1;
    }
    return count;
  }
}

/** What a publisher has sent: how many, and which of them were not accepted. */
export type Sent = { readonly count: number; readonly unacked: ReadonlySet<number> };

/** Checks what one subscriber received: each publication once, in order, without a gap. */
export class Received {
  count = 0;
  duplicates = 0;
  /** Publications whose offset was not the next one, or, without offsets, that arrived after a later one. */
  outOfOrder = 0;
  readonly #sequences = new Map<number, Sequence>();
  readonly #newest = new Map<number, number>();
  #lastOffset: number;

  readonly #keepsOrder: boolean;

  /**
   * `offset` is the channel's end when the client subscribed; 0 without offsets. Without offsets a publisher's order is
   * checked, if its way of publishing keeps one.
   */
  constructor({ offset, keepsOrder }: { readonly offset: number; readonly keepsOrder: boolean }) {
    this.#lastOffset = offset;
    this.#keepsOrder = keepsOrder;
  }

  /** False for a publication that is ignored: another run's, or a repeat. */
  take({ offset, data: stamp }: Delivery<Stamp | undefined>): boolean {
    const isNext = this.#isNext(offset, stamp);
    if (stamp === undefined) return false;
    if (!this.#sequenceOf(stamp.publisher).take(stamp.sequence)) {
      this.duplicates += 1;
      return false;
    }
    if (!isNext) this.outOfOrder += 1;
    this.count += 1;
    return true;
  }

  /** This publisher's missing publications. */
  missing(publisher: number, { count, unacked }: Sent): number {
    return this.#sequenceOf(publisher).missing(count, unacked);
  }

  #isNext(offset: number, stamp: Stamp | undefined): boolean {
    if (offset > 0) {
      const isNext = offset === this.#lastOffset + 1;
      this.#lastOffset = Math.max(offset, this.#lastOffset);
      return isNext;
    }
    if (stamp === undefined || !this.#keepsOrder) return true;
    const newest = this.#newest.get(stamp.publisher) ?? -1;
    this.#newest.set(stamp.publisher, Math.max(newest, stamp.sequence));
    return stamp.sequence > newest;
  }

  #sequenceOf(publisher: number): Sequence {
    const known = this.#sequences.get(publisher);
    if (known !== undefined) return known;
    const sequence = new Sequence();
    this.#sequences.set(publisher, sequence);
    return sequence;
  }
}
