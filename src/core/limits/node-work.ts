import type { Clock } from '../../ports/clock.ts';
import { type Asker, FairQueue } from './fair-queue.ts';
import { WorkDebts } from './work-debts.ts';

/** Concurrent reads of channels: a page is in memory until it is written. */
const READS = { atOnce: 4, perUser: 2 } as const;
/** Concurrent operations. Most wait for the disk, which handles many at once. */
const CALLS = { atOnce: Number.POSITIVE_INFINITY, perUser: 32 } as const;
/** Maximum waiting work per user in each. */
const MAX_WAITING = 10_000;
/** Bytes read in one turn of the event loop before others are served. */
const TURN_BYTES = 128 * 1024;
/** The minimum charge of a read. */
const MIN_BYTES = 1_024;

type WorkSettings = {
  readonly clock: Clock;
  /** Bytes one user may read per second; 0 means unlimited. */
  readonly bytesPerSecond: number;
};

/**
 * Work whose cost is not known from the request: reading channels, and operations. It runs in turns that are fair
 * between users, spread over turns of the event loop, and is charged to the user by the bytes of its result.
 */
export class NodeWork {
  readonly #clock: Clock;
  readonly #reads: FairQueue;
  readonly #calls: FairQueue;
  readonly #debts: WorkDebts;
  /** Bytes read in this turn of the event loop. */
  #inTurn = 0;

  constructor({ clock, bytesPerSecond }: WorkSettings) {
    this.#clock = clock;
    this.#debts = new WorkDebts(bytesPerSecond);
    const waitMs = (key: string) => this.#debts.waitMs(key, clock.now());
    const common = { clock, waitMs, mostWaiting: MAX_WAITING };
    this.#reads = new FairQueue({ ...common, ...READS, hasTurn: () => this.#inTurn < TURN_BYTES });
    this.#calls = new FairQueue({ ...common, ...CALLS, hasTurn: () => true });
  }

  /** Reads in the user's turn; `bytesOf` returns a result's size. Rejects like `FairQueue.run`. */
  read<T>(asker: Asker, work: () => Promise<T>, bytesOf: (result: T) => number): Promise<T> {
    return this.#reads.run(asker, async () => {
      try {
        const result = await work();
        this.#take(asker.key, bytesOf(result));
        return result;
      } catch (error) {
        this.#take(asker.key, 0);
        throw error;
      }
    });
  }

  /** Runs an operation in the user's turn; `charge` follows once its result is known. */
  call<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(asker, work);
  }

  /** Charges the user for this many bytes. */
  charge(key: string, bytes: number): void {
    this.#debts.charge(key, bytes, this.#clock.now());
  }

  /** The connection is closed. */
  drop(asker: Asker): void {
    this.#reads.drop(asker);
    this.#calls.drop(asker);
  }

  /** To be called periodically. */
  sweep(now: number): void {
    this.#debts.sweep(now);
  }

  #take(key: string, bytes: number): void {
    const taken = Math.max(MIN_BYTES, bytes);
    if (this.#inTurn === 0) {
      this.#clock.soon(() => {
        this.#inTurn = 0;
      });
    }
    this.#inTurn += taken;
    this.charge(key, taken);
  }
}
