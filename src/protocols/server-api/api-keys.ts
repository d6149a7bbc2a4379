import { isSame } from '../../core/constant-time.ts';
import { ClientError } from '../../core/errors.ts';
import { namespaceOf } from '../../core/namespace.ts';
import { Rate } from '../../core/rate.ts';
import { RateTable } from '../../core/rate-table.ts';

/** A key of the server API, and what it opens. */
export type ApiKey = {
  readonly key: string;
  /** For people; told to nobody who holds it. */
  readonly name?: string | undefined;
  /** Absent: all of them. */
  readonly methods?: readonly string[] | undefined;
  /** Absent: all of them, and what is no namespace's (`disconnect`, `info`). */
  readonly namespaces?: readonly string[] | undefined;
  readonly revoked?: boolean | undefined;
  /** Calls, each one of a batch; twice as many at once. Absent: no bound. */
  readonly perSecond?: number | undefined;
};

/** Finds the key that was given, in the same time whether there is one or not. */
export function findKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  let found: ApiKey | undefined;
  for (const each of keys) if (isSame(given, each.key)) found = each;
  return found?.revoked === true ? undefined : found;
}

/** How often keys are used. */
export class KeyRates {
  /** By key, for those that have a bound. */
  readonly #tables = new Map<string, RateTable>();

  /** Counts a call; where it is one too many, gives the milliseconds until there may be another. */
  take({ key, perSecond }: ApiKey, now: number): number {
    if (perSecond === undefined) return 0;
    const table = this.#tables.get(key) ?? new RateTable(new Rate(perSecond, 2 * perSecond));
    this.#tables.set(key, table);
    return table.take(key, now);
  }
}

/** Throws `ClientError` `permissionDenied` for what the key does not open. */
export function checkScope({ methods, namespaces }: ApiKey, method: string, params: unknown): void {
  if (methods !== undefined && !methods.includes(method)) {
    throw new ClientError('permissionDenied', { message: `this key does not open ${method}` });
  }
  if (namespaces === undefined) return;
  const channels = channelsOf(params);
  if (channels.length > 0 && channels.every((channel) => namespaces.includes(namespaceOf(channel)))) return;
  throw new ClientError('permissionDenied', { message: 'this key opens other namespaces only' });
}

/** Those that a method's parameters are about. */
function channelsOf(params: unknown): readonly string[] {
  const { channel, channels } = params as { readonly channel?: string; readonly channels?: readonly string[] };
  return [...(channel === undefined ? [] : [channel]), ...(channels ?? [])];
}
