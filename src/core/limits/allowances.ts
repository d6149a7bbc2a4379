import type { Principal } from '../access/principal.ts';
import { ClientError } from '../errors.ts';
import { isThisMachine, networkOf } from './attempt-limits.ts';
import type { LimitName, Quotas } from './quotas.ts';
import { Rate } from './rate.ts';
import { RateTable } from './rate-table.ts';

/** An exceeded rate, and when it allows something again. */
export type ExceededRate = {
  readonly limit: Extract<LimitName, 'commands' | 'publications' | 'userCommands' | 'userPublications'>;
  readonly waitMs: number;
};

/** A connection's rates: when its buckets are full again (see `Rate`). */
export interface RateHolder {
  readonly principal: Principal;
  commandsFullAt: number;
  publicationsFullAt: number;
  /** Of refusals: how many are allowed before it is closed. */
  refusalsFullAt: number;
}

export type Caller = { readonly principal: Principal; readonly address: string };

/** Rates of clients' requests: per connection, and per user over all connections of this node. */
export class Allowances {
  readonly #commands: Rate | undefined;
  readonly #publications: Rate | undefined;
  readonly #userCommands: UserRates | undefined;
  readonly #userPublications: UserRates | undefined;
  /** Of refusals: as many as the first of the limits allows. */
  readonly #refusals: Rate | undefined;

  constructor(quotas: Quotas) {
    const rate = (perSecond: number) =>
      perSecond > 0 ? new Rate(perSecond, perSecond * quotas.burstSeconds) : undefined;
    const [users, publishers] = [rate(quotas.userCommandsPerSecond), rate(quotas.userPublicationsPerSecond)];
    this.#commands = rate(quotas.commandsPerSecond);
    this.#publications = rate(quotas.publicationsPerSecond);
    this.#userCommands = users && new UserRates(users);
    this.#userPublications = publishers && new UserRates(publishers);
    this.#refusals = this.#commands ?? this.#publications ?? users ?? publishers;
  }

  /** Charges a connection's command; returns the exceeded rate if it is not allowed now. */
  take(holder: RateHolder, isPublication: boolean, now: number): ExceededRate | undefined {
    if (this.#commands !== undefined) {
      const fullAt = this.#commands.take(holder.commandsFullAt, now);
      if (fullAt === holder.commandsFullAt) return { limit: 'commands', waitMs: this.#commands.waitMs(fullAt, now) };
      holder.commandsFullAt = fullAt;
    }
    if (isPublication && this.#publications !== undefined) {
      const fullAt = this.#publications.take(holder.publicationsFullAt, now);
      if (fullAt === holder.publicationsFullAt)
        return { limit: 'publications', waitMs: this.#publications.waitMs(fullAt, now) };
      holder.publicationsFullAt = fullAt;
    }
    return this.#takeOfUser(holder.principal, isPublication, now);
  }

  /** Like `take`, for a request without a connection. Unauthenticated requests are counted per network. */
  takeRequest({ principal, address }: Caller, isPublication: boolean, now: number): ExceededRate | undefined {
    if (principal.kind !== 'anonymous') return this.#takeOfUser(principal, isPublication, now);
    // An untrusted proxy would count as one client for everybody behind it.
    if (isThisMachine(address)) return undefined;
    return this.#takeOfUser({ kind: 'network', network: networkOf(address) }, isPublication, now);
  }

  /** Whether a connection that just exceeded a rate may stay; false if it keeps exceeding it. */
  tolerates(holder: RateHolder, now: number): boolean {
    if (this.#refusals === undefined) return true;
    const fullAt = this.#refusals.take(holder.refusalsFullAt, now);
    const isBorne = fullAt !== holder.refusalsFullAt;
    holder.refusalsFullAt = fullAt;
    return isBorne;
  }

  /** Forgets those that were not active recently. */
  sweep(now: number): void {
    this.#userCommands?.sweep(now);
    this.#userPublications?.sweep(now);
  }

  #takeOfUser(who: RateOwner, isPublication: boolean, now: number): ExceededRate | undefined {
    const waitMs = this.#userCommands?.take(who, now) ?? 0;
    if (waitMs > 0) return { limit: 'userCommands', waitMs };
    if (!isPublication) return undefined;
    const publicationMs = this.#userPublications?.take(who, now) ?? 0;
    return publicationMs > 0 ? { limit: 'userPublications', waitMs: publicationMs } : undefined;
  }
}

/** The error for the client. */
export function rateLimitError({ waitMs }: ExceededRate): ClientError {
  return new ClientError('tooManyRequests', { retryAfter: Math.ceil(waitMs) / 1_000 });
}

type RateOwner = Principal | { readonly kind: 'network'; readonly network: string };

/**
 * A bucket per user. People, users of tokens and users of apps may have the same ids, so each kind has its own table.
 */
class UserRates {
  readonly #people: RateTable;
  readonly #external: RateTable;
  readonly #ofApps: RateTable;
  readonly #networks: RateTable;

  constructor(rate: Rate) {
    this.#people = new RateTable(rate);
    this.#external = new RateTable(rate);
    this.#ofApps = new RateTable(rate);
    this.#networks = new RateTable(rate);
  }

  /** Milliseconds to wait; 0: taken. Anonymous users have no bucket. */
  take(who: RateOwner, now: number): number {
    switch (who.kind) {
      case 'anonymous':
        return 0;
      case 'user':
        return this.#people.take(who.user, now);
      case 'external':
        return this.#external.take(who.user, now);
      case 'app':
        return who.user === '' ? 0 : this.#ofApps.take(`${who.app}/${who.user}`, now);
      case 'network':
        return this.#networks.take(who.network, now);
      default:
        return who satisfies never;
    }
  }

  sweep(now: number): void {
    for (const table of [this.#people, this.#external, this.#ofApps, this.#networks]) table.sweep(now);
  }
}
