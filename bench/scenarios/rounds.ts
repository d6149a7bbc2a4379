import type { ServerProcess } from '../targets/server-process.ts';
import { type Target, withServer } from '../targets/target.ts';

/** The measurements of one server: a result per round, or why there is none. */
export type Measured<T> =
  | { readonly target: Target; readonly kind: 'results'; readonly results: readonly T[] }
  | { readonly target: Target; readonly kind: 'none'; readonly why: string };

/**
 * Measures each target once per round with a new server, in turn, so that a slow minute of the machine affects all of
 * them. A target that fails once is skipped from then on.
 */
export function measureInTurn<T>(
  targets: readonly Target[],
  rounds: number,
  one: (server: ServerProcess, port: number, target: Target) => Promise<T>,
): Promise<Measured<T>[]> {
  return measureEach(targets, (target) => withServer(target, (server, port) => one(server, port, target)), rounds);
}

/** The same for measurements that start the servers themselves. */
export async function measureEach<T>(
  targets: readonly Target[],
  one: (target: Target) => Promise<T>,
  rounds = 1,
): Promise<Measured<T>[]> {
  const results = new Map<Target, T[]>(targets.map((target) => [target, []]));
  const failures = new Map<Target, string>();
  for (const target of targets) {
    const missing = target.missing();
    if (missing !== null) failures.set(target, missing);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of targets) {
      if (failures.has(target)) continue;
      console.error(`  ${target.name}, round ${round} of ${rounds}`);
      try {
        results.get(target)?.push(await one(target));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        console.error(`  ${message}`);
        failures.set(target, `failed: ${message.split('\n')[0]?.slice(0, 80)}`);
      }
    }
  }
  return targets.map((target) => {
    const why = failures.get(target);
    return why === undefined
      ? { target, kind: 'results', results: results.get(target) ?? [] }
      : { target, kind: 'none', why };
  });
}

/** The results of all targets and rounds. */
export function resultsOf<T>(all: readonly Measured<T>[]): readonly T[] {
  return all.flatMap((measured) => (measured.kind === 'results' ? measured.results : []));
}

/** The median by `key`; for an even number, the lower one. */
export function medianBy<T>(results: readonly T[], key: (result: T) => number): T {
  const sorted = results.toSorted((a, b) => key(a) - key(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('no results');
  return middle;
}
