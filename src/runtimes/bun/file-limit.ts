import { readFileSync } from 'node:fs';
import type { Telemetry } from '../../ports/telemetry.ts';

/** Files the server needs for itself: its database, libraries, requests to other programs. */
export const OWN_FILES = 64;
/** With room for fewer connections, and no limit that allows for it, the operator should know. */
const FEW_CONNECTIONS = 1_000;

/** Files and sockets this process may open; undefined if unknown (only Linux reports it), or unlimited. */
export function fileLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** Connections possible beside the server's own files, at least one; undefined if the limit is unknown. */
export function connectionCapacity(limit = fileLimit()): number | undefined {
  return limit === undefined ? undefined : Math.max(1, limit - OWN_FILES);
}

/** Logs a warning if the limit of open files is too low for the wanted number (0: unlimited). */
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
