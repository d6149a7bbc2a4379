import type { Clock } from '../../ports/clock.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';

/** Whose work it is. `key` names the user; each connection of the user has its own line of waiting work. */
export type Asker = { readonly key: string; readonly connection: object };

type Job = { readonly start: () => void; readonly refuse: (error: Error) => void };

type User = {
  readonly key: string;
  /** In the order in which they get their turns. */
  readonly lines: Map<object, Job[]>;
  running: number;
  waiting: number;
  /** Has used up its share, and waits until it has one again. */
  isResting: boolean;
};

export type FairQueueSettings = {
  readonly clock: Clock;
  /** Pieces of work under way, of all users and of one. */
  readonly atOnce: number;
  readonly perUser: number;
  /** What one user may have waiting. */
  readonly mostWaiting: number;
  /** Milliseconds until the user may begin more; 0: now. */
  readonly waitMs: (key: string) => number;
  /** Whether more may begin in this turn of the event loop. */
  readonly hasTurn: () => boolean;
};

/**
 * Has work done in turns: one piece of each user who has some, and of a user one of each connection, so that however much
 * one asks for, another waits for no more than what is under way. Work begins in the call itself when nothing is in its way.
 */
export class FairQueue {
  readonly #settings: FairQueueSettings;
  readonly #users = new Map<string, User>();
  /** Those who may begin a piece of work now, in the order of their turns. */
  readonly #ready = new Set<User>();
  #running = 0;
  #isPutOff = false;

  constructor(settings: FairQueueSettings) {
    this.#settings = settings;
  }

  /** Users with work that waits or is under way. */
  get size(): number {
    return this.#users.size;
  }

  /** Rejects with what the work rejects with; `tooManyRequests` where too much waits, `connectionClosed` after `drop`. */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    const user = this.#userOf(asker.key);
    if (user.waiting >= this.#settings.mostWaiting) {
      return Promise.reject(new ClientError('tooManyRequests', { retryAfter: 2 }));
    }
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        const ended = () => this.#ended(user);
        // One that throws before it gives a promise has failed as any other.
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

  /** The connection is gone: what waits for it is not done. */
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

  /** Puts the user among those who may begin something, or takes it out of them. */
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
    // To the end of the row, also where it begins nothing now.
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
