import { readFileSync } from 'node:fs';
import type { Telemetry } from '../../ports/telemetry.ts';

/** Files that the server needs for itself: its database, its libraries, requests to other programs. */
export const OWN_FILES = 64;
/** With room for fewer connections, and no bound that says so, whoever runs the server should know. */
const FEW_CONNECTIONS = 1_000;

/** Files and sockets that this process may have open; undefined where it is not told (only Linux tells), or there is none. */
export function fileLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** Connections that fit beside the server's own files, at least one; undefined where the limit is not known. */
export function connectionCapacity(limit = fileLimit()): number | undefined {
  return limit === undefined ? undefined : Math.max(1, limit - OWN_FILES);
}

/** Writes a record when the limit of open files is below what is wanted (0: no bound). */
export function warnOfFewFiles(telemetry: Telemetry, connectionLimit: number, limit = fileLimit()): void {
  const capacity = connectionCapacity(limit);
  const wanted = connectionLimit || FEW_CONNECTIONS;
  if (capacity === undefined || capacity >= wanted) return;
  telemetry.record('warn', 'files.few', {
    limit,
    connections: capacity,
    wanted,
    remedy: `ulimit -n ${wanted + OWN_FILES}`,
  });
}
