import type { ApiKey } from '../../core/access/api-keys.ts';
import { Rate } from '../../core/limits/rate.ts';
import { RateTable } from '../../core/limits/rate-table.ts';

/** How often keys are used. */
export class KeyRates {
  /** By id, for those that have a bound. */
  readonly #tables = new Map<string, RateTable>();

  /** Counts a call; where it is one too many, gives the milliseconds until there may be another. */
  take({ id, perSecond }: ApiKey, now: number): number {
    if (perSecond === undefined) return 0;
    const table = this.#tables.get(id) ?? new RateTable(new Rate(perSecond, 2 * perSecond));
    this.#tables.set(id, table);
    return table.take(id, now);
  }
}
