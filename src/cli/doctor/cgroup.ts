import { kernelFile, kernelNumber } from '../linux.ts';

/** The limits of a container; undefined if unlimited. */
export type CgroupLimits = { readonly memory?: number; readonly processors?: number };

const ROOT = '/sys/fs/cgroup';
/** Version 1 uses this value for unlimited. */
const BOUNDLESS = 2 ** 60;

/** Reads both versions of Linux' control groups, at the root this process sees and at its own place. */
export function cgroupLimits(): CgroupLimits {
  const paths = ownPaths();
  const memory = least([
    ...paths.map((path) => kernelNumber(`${ROOT}${path}/memory.max`)),
    ...paths.map((path) => kernelNumber(`${ROOT}/memory${path}/memory.limit_in_bytes`)),
  ]);
  const processors = least([
    ...paths.map((path) => quota(kernelFile(`${ROOT}${path}/cpu.max`))),
    ...paths.map((path) => {
      const folder = `${ROOT}/cpu${path}`;
      return quota(`${kernelFile(`${folder}/cpu.cfs_quota_us`)} ${kernelFile(`${folder}/cpu.cfs_period_us`)}`);
    }),
  ]);
  return {
    ...(memory !== undefined && memory < BOUNDLESS && { memory }),
    ...(processors !== undefined && { processors }),
  };
}

function ownPaths(): string[] {
  const lines = kernelFile('/proc/self/cgroup')?.split('\n') ?? [];
  return [...new Set(['', ...lines.map((line) => line.split(':').slice(2).join(':').replace(/\/$/, ''))])];
}

/** `50000 100000` is half a processor; `max` or -1 is unlimited. */
function quota(text: string | undefined): number | undefined {
  const [, spent, period] = /^(\d+) (\d+)$/.exec(text ?? '') ?? [];
  return spent === undefined || Number(period) === 0 ? undefined : Number(spent) / Number(period);
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
