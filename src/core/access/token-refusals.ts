import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

/**
 * Why a token was refused. `notYet`: its `nbf` is in the future. `key`: no key fits its algorithm. `keysUnavailable`:
 * the key set could not be fetched.
 */
export type TokenRefusal = 'expired' | 'notYet' | 'signature' | 'claims' | 'malformed' | 'key' | 'keysUnavailable';

/** Reasons an operator can act on. */
const WORTH_A_RECORD: ReadonlySet<TokenRefusal> = new Set(['key', 'keysUnavailable']);
const RECORD_EVERY_MS = 60_000;

/** Counts refused tokens, and logs one per minute of those that indicate wrong settings. */
export class TokenRefusals {
  readonly #telemetry: Telemetry;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #last = new Map<TokenRefusal, { at: number; unsaid: number }>();

  constructor(telemetry: Telemetry, clock: Pick<Clock, 'now'>) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** `error`: the reason; it must not contain any part of the token. */
  note(reason: TokenRefusal, error: Error): void {
    this.#telemetry.count('banyan_token_refusals_total', { reason });
    if (!WORTH_A_RECORD.has(reason)) return;
    const now = this.#clock.now();
    const last = this.#last.get(reason);
    if (last !== undefined && now - last.at < RECORD_EVERY_MS) {
      last.unsaid += 1;
      return;
    }
    this.#last.set(reason, { at: now, unsaid: 0 });
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    this.#telemetry.record('warn', 'token.refused', {
      ...{ reason, error: error.message + cause, others: last?.unsaid ?? 0 },
    });
  }
}
