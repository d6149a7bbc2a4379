import type { Delivery } from '../../wire-clients/wire-client.ts';
import type { Stamp } from './payload.ts';

/** What one subscriber has heard of one publisher, by the numbers that the publisher gave. */
class Sequence {
  /** All before it have been heard. */
  #next = 0;
  readonly #ahead = new Set<number>();

  /** False for one that was heard before. */
  take(number: number): boolean {
    if (number < this.#next || this.#ahead.has(number)) return false;
    this.#ahead.add(number);
    while (this.#ahead.delete(this.#next)) this.#next += 1;
    return true;
  }

  /** How many of the first `sent` have not been heard, save those that nobody needs to have heard. */
  missing(sent: number, excused: ReadonlySet<number>): number {
    let count = 0;
    for (let number = this.#next; number < sent; number += 1) {
      if (!this.#ahead.has(number) && !excused.has(number)) count += 1;
    }
    return count;
  }
}

/** What a publisher has sent: how many, and which of them the server has not said that it took. */
export type Sent = { readonly count: number; readonly unacked: ReadonlySet<number> };

/** What one subscriber has heard: each publication once, in order, without a hole? */
export class Received {
  count = 0;
  duplicates = 0;
  /** Publications whose offset was not the next one, or, where there are no offsets, that came behind a later one. */
  outOfOrder = 0;
  readonly #sequences = new Map<number, Sequence>();
  readonly #newest = new Map<number, number>();
  #lastOffset: number;

  readonly #keepsOrder: boolean;

  /**
   * `offset` is where the channel ended when the subscriber came in; 0 where it is not numbered. Without numbers the
   * order of a publisher is looked at, where its way of publishing keeps one.
   */
  constructor({ offset, keepsOrder }: { readonly offset: number; readonly keepsOrder: boolean }) {
    this.#lastOffset = offset;
    this.#keepsOrder = keepsOrder;
  }

  /** False for a publication that counts for nothing: somebody else's, or a repeated one. */
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

  /** Publications of this publisher that should have come and did not. */
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
