import { readFileSync } from 'node:fs';

/** Files and sockets that this process may have open; undefined where it is not told (only Linux tells), or there is none. */
export function fileLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
