import { ClientError } from '../../core/errors.ts';
import { AttemptLimiter, type AttemptRule, networkOf } from '../../core/limits/attempt-limits.ts';
import { Rate } from '../../core/limits/rate.ts';
import { RateTable } from '../../core/limits/rate-table.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

/** A burst of this many, then one each `everyMs`. */
export type PaceRule = { readonly burst: number; readonly everyMs: number };

export type SignInRules = {
  /** Per network and account: above it only that network waits. */
  readonly perNetwork: AttemptRule;
  /** Per known browser and account. */
  readonly perDevice: AttemptRule;
  /** Failures from a network for an account before it counts as guessing. */
  readonly trusted: AttemptRule;
  /** Per account, from all networks that are not guessing; and the same again from those that are. */
  readonly account: PaceRule;
  /** Per network, for all accounts together. */
  readonly network: PaceRule;
};

const MINUTE_MS = 60_000;
/** The numbers of AU2 in docs/spec.md; their reasons are in docs/decisions/0031-guessing-without-lockout.md. */
export const SIGN_IN_RULES: SignInRules = {
  perNetwork: { attempts: 10, windowMs: 15 * MINUTE_MS },
  perDevice: { attempts: 10, windowMs: 15 * MINUTE_MS },
  trusted: { attempts: 2, windowMs: 24 * 60 * MINUTE_MS },
  account: { burst: 40, everyMs: 2 * MINUTE_MS },
  network: { burst: 60, everyMs: 10_000 },
};

export type Attempt = {
  /** The account; for an unknown login the login itself, so that both are counted alike. */
  readonly account: string;
  readonly address: string;
  /** The known browser of the request. */
  readonly device: string | undefined;
};

/** An attempt that was counted before it was made. */
export type CountedAttempt = {
  /** The attempt was legitimate: it does not count. */
  giveBack(): void;
};

/** Limits password attempts without letting anybody lock somebody else out (AU2, AU9). */
export class SignInLimits {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #perNetwork: AttemptLimiter;
  readonly #perDevice: AttemptLimiter;
  readonly #trusted: AttemptLimiter;
  readonly #accounts: RateTable;
  readonly #guessedAccounts: RateTable;
  readonly #networks: RateTable;

  constructor({ clock, telemetry }: Pick<FeatureHost, 'clock' | 'telemetry'>, rules: SignInRules) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#perNetwork = new AttemptLimiter(clock, rules.perNetwork);
    this.#perDevice = new AttemptLimiter(clock, rules.perDevice);
    this.#trusted = new AttemptLimiter(clock, rules.trusted);
    this.#accounts = paced(rules.account);
    this.#guessedAccounts = paced(rules.account);
    this.#networks = paced(rules.network);
  }

  /** Counts the attempt first, so that concurrent ones cannot bypass the limit. Throws `rateLimited`. */
  take(attempt: Attempt): CountedAttempt {
    try {
      return this.#take(attempt);
    } catch (error) {
      this.#telemetry.count('banyan_refusals_total', {
        limit: attempt.device === undefined ? 'signIn' : 'knownDevice',
      });
      throw error;
    }
  }

  #take({ account, address, device }: Attempt): CountedAttempt {
    if (device !== undefined) return taken(this.#perDevice, `${device} ${account}`);
    const network = networkOf(address);
    const pair = `${network} ${account}`;
    const own = taken(this.#perNetwork, pair);
    const trust = takenIfLeft(this.#trusted, pair);
    const paces = [
      [this.#networks, network],
      [trust === undefined ? this.#guessedAccounts : this.#accounts, account],
    ] as const;
    const back: (() => void)[] = [own.giveBack, ...(trust === undefined ? [] : [trust.giveBack])];
    const giveBack = () => {
      for (const each of back) each();
    };
    for (const [table, key] of paces) {
      const waitMs = table.take(key, this.#clock.now());
      if (waitMs > 0) {
        giveBack();
        throw new ClientError('rateLimited', { retryAfter: Math.ceil(waitMs / 1_000) });
      }
      back.push(() => table.giveBack(key, this.#clock.now()));
    }
    return { giveBack };
  }
}

function paced({ burst, everyMs }: PaceRule): RateTable {
  return new RateTable(new Rate(1_000 / everyMs, burst));
}

function taken(limiter: AttemptLimiter, key: string): CountedAttempt {
  limiter.take(key);
  return { giveBack: () => limiter.giveBack(key) };
}

function takenIfLeft(limiter: AttemptLimiter, key: string): CountedAttempt | undefined {
  try {
    return taken(limiter, key);
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}
