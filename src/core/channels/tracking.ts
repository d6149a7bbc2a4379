import type { Publication } from '../../ports/log.ts';
import { ClientError } from '../errors.ts';
import type { Command } from '../protocol/commands.ts';
import type { Line, PolledChannel } from './polled-channel.ts';
import type { SharedPolls } from './shared-polls.ts';

/** Longest key, in UTF-16 units, and lone surrogates, which would make keys equal as bytes. */
const KEY_LENGTH = 255;
const UNSAFE = /\p{Cs}/u;

/** The tracking client. */
export type Tracker = Line & { readonly user: string };

export type Tracked = {
  /** Known items that are newer than the client's. */
  readonly items: readonly Publication[];
  /** The first expiry of the signatures, in milliseconds since 1970; absent without any. */
  readonly expiresAt?: number;
};

/** The items of a shared poll channel that one subscription tracks. */
export class Tracking {
  readonly #polls: SharedPolls;
  readonly #channel: PolledChannel;
  readonly #tracker: Tracker;
  readonly #most: number;
  /** The expiry of each key's signature. */
  readonly #keys = new Map<string, number>();
  #ended = false;

  constructor(polls: SharedPolls, channel: PolledChannel, { tracker, most }: { tracker: Tracker; most: number }) {
    this.#polls = polls;
    this.#channel = channel;
    this.#tracker = tracker;
    this.#most = most;
  }

  /**
   * Tracks the items of all batches, or none, and stops tracking those in `untrack`. Rejects with `ClientError`:
   * `permissionDenied` and `tokenExpired` for signatures, `limitExceeded`, `badRequest`.
   */
  async change({ batches, untrack }: Extract<Command, { kind: 'track' }>, now: number): Promise<Tracked> {
    const ends: number[] = [];
    for (const { signature, items } of batches) {
      const keys = items.map(({ key }) => key);
      if (keys.length === 0 || keys.some((key) => key === '' || key.length > KEY_LENGTH || UNSAFE.test(key))) {
        throw new ClientError('badRequest', {
          field: 'track',
          message: `keys must have 1 to ${KEY_LENGTH} characters`,
        });
      }
      const signed = { user: this.#tracker.user, channel: this.#channel.name, keys };
      ends.push(await this.#polls.signatures.verify(signature, signed, now));
    }
    if (this.#ended) throw new ClientError('permissionDenied');
    const dropped = new Set(untrack);
    const wanted = batches.flatMap(({ items }, index) =>
      items.filter(({ key }) => !dropped.has(key)).map((item) => ({ ...item, end: ends[index] as number })),
    );
    this.#checkRoom(wanted.map(({ key }) => key));
    for (const key of dropped) this.#untrack(key);
    const items = wanted.flatMap(({ key, version, end }) => this.#track(key, version, end) ?? []);
    return ends.length === 0 ? { items } : { items, expiresAt: Math.min(...ends) };
  }

  /** Stops tracking items whose signature expired before `now`. */
  expire(now: number): void {
    for (const [key, end] of [...this.#keys]) if (end <= now) this.#untrack(key);
  }

  end(): void {
    this.#ended = true;
    for (const key of [...this.#keys.keys()]) this.#untrack(key);
  }

  #checkRoom(keys: readonly string[]): void {
    const all = new Set([...this.#keys.keys(), ...keys]);
    if (all.size > this.#most) {
      throw new ClientError('limitExceeded', { message: `at most ${this.#most} keys per connection` });
    }
  }

  #track(key: string, version: number, end: number): Publication | undefined {
    if (!this.#keys.has(key)) this.#channel.track(key, this.#tracker, version);
    this.#keys.set(key, end);
    if (this.#channel.isNew(key)) this.#polls.want(this.#channel, key);
    return this.#channel.newer(key, version);
  }

  #untrack(key: string): void {
    if (this.#keys.delete(key)) this.#channel.untrack(key, this.#tracker);
  }
}
