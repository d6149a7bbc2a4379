import type { Clock } from '../../ports/clock.ts';
import { type Asker, FairQueue } from './fair-queue.ts';
import { WorkDebts } from './work-debts.ts';

/** Reads of channels that are under way at once: what a page holds is in memory until it is written. */
const READS = { atOnce: 4, perUser: 2 } as const;
/** Calls of operations. Most wait for the disk, which takes many of them at once. */
const CALLS = { atOnce: Number.POSITIVE_INFINITY, perUser: 32 } as const;
/** What one user may have waiting in each. */
const MOST_WAITING = 10_000;
/** Bytes that are read in one turn of the event loop before others are served. */
const TURN_BYTES = 128 * 1024;
/** What each read is taken for, however little it finds. */
const LEAST_BYTES = 1_024;

type WorkSettings = {
  readonly clock: Clock;
  /** What one user may have read, in bytes a second; 0: no bound. */
  readonly bytesPerSecond: number;
};

/**
 * The work whose cost does not show in what is asked: reading channels, and operations. It is done in turns that are fair
 * between users, a part of it in each turn of the event loop, and charged to the user by the bytes of its result.
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
    const common = { clock, waitMs, mostWaiting: MOST_WAITING };
    this.#reads = new FairQueue({ ...common, ...READS, hasTurn: () => this.#inTurn < TURN_BYTES });
    this.#calls = new FairQueue({ ...common, ...CALLS, hasTurn: () => true });
  }

  /** Reads in the user's turn; `bytesOf` says how much a result holds. Rejects as `FairQueue.run`. */
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

  /** Carries out an operation in the user's turn; `charge` follows once its answer is known. */
  call<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(asker, work);
  }

  /** The user has been given so much. */
  charge(key: string, bytes: number): void {
    this.#debts.charge(key, bytes, this.#clock.now());
  }

  /** The connection is gone. */
  drop(asker: Asker): void {
    this.#reads.drop(asker);
    this.#calls.drop(asker);
  }

  /** To be called now and then. */
  sweep(now: number): void {
    this.#debts.sweep(now);
  }

  #take(key: string, bytes: number): void {
    const taken = Math.max(LEAST_BYTES, bytes);
    if (this.#inTurn === 0) {
      this.#clock.soon(() => {
        this.#inTurn = 0;
      });
    }
    this.#inTurn += taken;
    this.charge(key, taken);
  }
}
