import { cpus } from 'node:os';

/** The CPU core of a side of the benchmark, and the command prefix that pins it (empty without `taskset`). */
export type Core = { readonly number: number | null; readonly prefix: readonly string[] };

const LAST = cpus().length - 1;
const CAN_PIN = LAST > 0 && Bun.which('taskset') !== null;

/** For a start on all cores, as people do. Needed because the generator's own pinning is inherited. */
export const ALL_CORES: Core = { number: null, prefix: CAN_PIN ? ['taskset', '-c', `0-${LAST}`] : [] };

function pinnedTo(number: number): Core {
  return CAN_PIN ? { number, prefix: ['taskset', '-c', String(number)] } : { number: null, prefix: [] };
}

/** All servers run on the first core, one server at a time; the generator, started by `tools/bench.mjs`, on the last. */
export const SERVER_CORE = pinnedTo(0);
export const GENERATOR_CORE = pinnedTo(LAST);
