import type { Clock } from '../../ports/clock.ts';
import { ClientError } from '../errors.ts';
import { RecentMap } from './recent-map.ts';

/** Attempts per key within a window that starts with the first of them. */
export type AttemptRule = { readonly attempts: number; readonly windowMs: number };

type Count = { used: number; readonly endsAt: number };

const MAX_KEYS = 20_000;

/** Counts attempts by key, in bounded memory: above the limit old keys are forgotten. */
export class AttemptLimiter {
  readonly #counts = new RecentMap<Count>(MAX_KEYS);
  readonly #clock: Clock;
  readonly #rule: AttemptRule;

  constructor(clock: Clock, rule: AttemptRule) {
    this.#clock = clock;
    this.#rule = rule;
  }

  /** Counts an attempt before it is made, so that concurrent ones cannot bypass the limit. Throws `rateLimited`. */
  take(key: string): void {
    const now = this.#clock.now();
    const count = this.#current(key, now);
    if (count.used >= this.#rule.attempts) {
      throw new ClientError('rateLimited', { retryAfter: Math.max(1, Math.ceil((count.endsAt - now) / 1_000)) });
    }
    count.used += 1;
  }

  /** The attempt was legitimate: it does not count. */
  giveBack(key: string): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    count.used -= 1;
    if (count.used <= 0) this.#counts.delete(key);
  }

  #current(key: string, now: number): Count {
    const known = this.#counts.get(key);
    if (known !== undefined && known.endsAt > now && known.endsAt - now <= this.#rule.windowMs) return known;
    const fresh = { used: 0, endsAt: now + this.#rule.windowMs };
    this.#counts.set(key, fresh);
    return fresh;
  }
}

/**
 * The part of an address that a network's customer cannot change at will: an IPv6 address counts by its /64, an
 * IPv4-mapped one as IPv4.
 */
export function networkOf(address: string): string {
  const bare = address.toLowerCase().split('%')[0] ?? '';
  const [, mapped] = /^(?:0{0,4}:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (!bare.includes(':')) return bare;
  return groupsOf(bare).slice(0, 4).join(':');
}

/** Whether it is an address of this machine, and so perhaps a local proxy's; or absent. */
export function isThisMachine(address: string): boolean {
  const network = networkOf(address);
  return network === '' || network.startsWith('127.') || address === '::1';
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return groups.map((group) => group.replace(/^0+(?=.)/, ''));
}
