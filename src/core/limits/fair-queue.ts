import type { Clock } from '../../ports/clock.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';

/** The owner of work. `key` identifies the user; each connection of the user has its own queue. */
export type Asker = { readonly key: string; readonly connection: object };

type Job = { readonly start: () => void; readonly refuse: (error: Error) => void };

type User = {
  readonly key: string;
  /** In turn order. */
  readonly lines: Map<object, Job[]>;
  running: number;
  waiting: number;
  /** Has used up its share, and waits for more. */
  isResting: boolean;
};

export type FairQueueSettings = {
  readonly clock: Clock;
  /** Running work, in total and per user. */
  readonly atOnce: number;
  readonly perUser: number;
  /** Maximum waiting work per user. */
  readonly mostWaiting: number;
  /** Milliseconds until the user may start more; 0: now. */
  readonly waitMs: (key: string) => number;
  /** Whether more may start in this turn of the event loop. */
  readonly hasTurn: () => boolean;
};

/**
 * Runs work in turns: one piece per user, alternating between a user's connections, so that however much one user
 * requests, another waits only for running work. Work starts within the call if nothing is in its way.
 */
export class FairQueue {
  readonly #settings: FairQueueSettings;
  readonly #users = new Map<string, User>();
  /** Users that may start a piece of work now, in turn order. */
  readonly #ready = new Set<User>();
  #running = 0;
  #isPutOff = false;

  constructor(settings: FairQueueSettings) {
    this.#settings = settings;
  }

  /** Users with waiting or running work. */
  get size(): number {
    return this.#users.size;
  }

  /** Rejects with the work's error; with `tooManyRequests` if too much waits, `connectionClosed` after `drop`. */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    const user = this.#userOf(asker.key);
    if (user.waiting >= this.#settings.mostWaiting) {
      return Promise.reject(new ClientError('tooManyRequests', { retryAfter: 2 }));
    }
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        const ended = () => this.#ended(user);
        // An exception before a promise is returned is a failure like any other.
        (async () => work())().then(resolve, reject).finally(ended);
      };
      const line = user.lines.get(asker.connection) ?? [];
      user.lines.set(asker.connection, line);
      line.push({ start, refuse: reject });
      user.waiting += 1;
      this.#settle(user);
      this.#begin();
    });
  }

  /** The connection is closed: its waiting work is dropped. */
  drop({ key, connection }: Asker): void {
    const user = this.#users.get(key);
    const line = user?.lines.get(connection);
    if (user === undefined || line === undefined) return;
    user.lines.delete(connection);
    user.waiting -= line.length;
    this.#settle(user);
    for (const { refuse } of line) refuse(new DisconnectError('connectionClosed'));
  }

  #userOf(key: string): User {
    const known = this.#users.get(key);
    if (known !== undefined) return known;
    const user: User = { key, lines: new Map(), running: 0, waiting: 0, isResting: false };
    this.#users.set(key, user);
    return user;
  }

  /** Adds the user to those that may start something, or removes it. */
  #settle(user: User): void {
    const isReady = user.waiting > 0 && user.running < this.#settings.perUser && !user.isResting;
    if (!isReady) this.#ready.delete(user);
    else this.#ready.add(user);
    if (user.waiting === 0 && user.running === 0 && !user.isResting) this.#users.delete(user.key);
  }

  #begin(): void {
    const { atOnce, hasTurn } = this.#settings;
    for (const user of this.#ready) {
      if (this.#running >= atOnce) return;
      if (!hasTurn()) return this.#putOff();
      this.#beginOf(user);
    }
  }

  #beginOf(user: User): void {
    // To the end of the queue, even if it starts nothing now.
    this.#ready.delete(user);
    const waitMs = this.#settings.waitMs(user.key);
    if (waitMs > 0) return this.#rest(user, waitMs);
    const [next] = user.lines;
    const job = next?.[1].shift();
    if (next === undefined || job === undefined) return;
    const [connection, line] = next;
    user.lines.delete(connection);
    if (line.length > 0) user.lines.set(connection, line);
    user.waiting -= 1;
    user.running += 1;
    this.#running += 1;
    this.#settle(user);
    job.start();
  }

  #rest(user: User, ms: number): void {
    user.isResting = true;
    this.#settings.clock.after(ms, () => {
      user.isResting = false;
      this.#settle(user);
      this.#begin();
    });
  }

  #ended(user: User): void {
    user.running -= 1;
    this.#running -= 1;
    this.#settle(user);
    this.#begin();
  }

  #putOff(): void {
    if (this.#isPutOff) return;
    this.#isPutOff = true;
    this.#settings.clock.soon(() => {
      this.#isPutOff = false;
      this.#begin();
    });
  }
}
