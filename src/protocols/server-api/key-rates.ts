import type { ApiKey } from '../../core/access/api-keys.ts';
import { Rate } from '../../core/limits/rate.ts';
import { RateTable } from '../../core/limits/rate-table.ts';

/** Rate limits of API keys. */
export class KeyRates {
  /** By id, for keys with a limit. */
  readonly #tables = new Map<string, RateTable>();

  /** Counts a call; above the limit, returns the milliseconds until the next one is allowed. */
  take({ id, perSecond }: ApiKey, now: number): number {
    if (perSecond === undefined) return 0;
    const table = this.#tables.get(id) ?? new RateTable(new Rate(perSecond, 2 * perSecond));
    this.#tables.set(id, table);
    return table.take(id, now);
  }
}
