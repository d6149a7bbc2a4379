import { isThisMachine, networkOf } from './attempt-limits.ts';
import { Pace } from './pace.ts';
import type { LimitName, Quotas } from './quotas.ts';
import { Rate } from './rate.ts';
import { RateTable } from './rate-table.ts';

/** Why a connection is refused now, and the suggested reconnect delay. */
export type RefusedArrival = {
  readonly limit: Extract<
    LimitName,
    'connections' | 'connects' | 'addressConnections' | 'addressConnects' | 'draining'
  >;
  readonly retryMs: number;
};

/** Connections of one address last: there is no better retry delay when the limit is reached. */
const ADDRESS_FULL_MS = 10_000;

type Settings = {
  readonly quotas: Quotas;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The number of connections. */
  readonly connections: () => number;
};

/**
 * Whether a new connection is allowed, checked before any work is done for it. Refused ones get successive times, so
 * that a crowd returns as fast as it can be admitted, and no faster.
 */
export class Arrivals {
  readonly #settings: Settings;
  readonly #connects: Rate | undefined;
  #connectsFullAt = 0;
  readonly #pace: Pace;
  readonly #byAddress: RateTable | undefined;
  /** Open connections per network; kept only if limited. */
  readonly #open = new Map<string, number>();
  #isDraining = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    const { connectsPerSecond, addressConnectsPerSecond, burstSeconds } = settings.quotas;
    this.#pace = new Pace(connectsPerSecond, settings.random);
    if (connectsPerSecond > 0) this.#connects = new Rate(connectsPerSecond, connectsPerSecond * burstSeconds);
    if (addressConnectsPerSecond > 0) {
      this.#byAddress = new RateTable(new Rate(addressConnectsPerSecond, addressConnectsPerSecond * burstSeconds));
    }
  }

  /**
   * Undefined if it is allowed. Each call counts as an attempt of its address. `honoursDelay`: whether the client obeys
   * the delay; one that does not would use up times of those that do.
   */
  admit(address: string, now: number, honoursDelay: boolean): RefusedArrival | undefined {
    const turned = (limit: RefusedArrival['limit']): RefusedArrival => ({
      limit,
      retryMs: honoursDelay ? this.#pace.next(now) : this.#pace.guess(now),
    });
    if (this.#isDraining) return turned('draining');
    const { quotas, connections } = this.#settings;
    const ofAddress = this.#admitAddress(address, now);
    if (ofAddress !== undefined) return ofAddress;
    if (quotas.connections > 0 && connections() >= quotas.connections) return turned('connections');
    const fullAt = this.#connects?.take(this.#connectsFullAt, now);
    if (fullAt === this.#connectsFullAt) return turned('connects');
    this.#connectsFullAt = fullAt ?? 0;
    return undefined;
  }

  /** A connection has opened. */
  opened(address: string): void {
    if (this.#settings.quotas.addressConnections === 0 || isThisMachine(address)) return;
    const network = networkOf(address);
    this.#open.set(network, (this.#open.get(network) ?? 0) + 1);
  }

  /** A connection has closed. */
  closed(address: string): void {
    if (this.#settings.quotas.addressConnections === 0 || isThisMachine(address)) return;
    const network = networkOf(address);
    const left = (this.#open.get(network) ?? 0) - 1;
    if (left > 0) this.#open.set(network, left);
    else this.#open.delete(network);
  }

  /** A connection was closed for exceeding its rate: it must not reconnect at once for another burst. */
  flooded(address: string, now: number): void {
    if (!isThisMachine(address)) this.#byAddress?.charge(networkOf(address), now, 1);
  }

  /** From now on nobody is admitted. */
  stop(): void {
    this.#isDraining = true;
  }

  /** Suggested reconnect delay for a client that is refused now, in ms. */
  retryMs(now: number): number {
    return this.#pace.next(now);
  }

  sweep(now: number): void {
    this.#byAddress?.sweep(now);
  }

  #admitAddress(address: string, now: number): RefusedArrival | undefined {
    const { quotas, random } = this.#settings;
    // An untrusted proxy would count as one client for everybody behind it.
    if (isThisMachine(address)) return undefined;
    const network = networkOf(address);
    if (quotas.addressConnections > 0 && (this.#open.get(network) ?? 0) >= quotas.addressConnections) {
      return { limit: 'addressConnections', retryMs: ADDRESS_FULL_MS * (1 + random()) };
    }
    const waitMs = this.#byAddress?.take(network, now) ?? 0;
    // Not all of one address at once either.
    return waitMs > 0 ? { limit: 'addressConnects', retryMs: waitMs + 1_000 * (1 + random()) } : undefined;
  }
}
