/**
 * Loaded into the server's process before the server (`bun --preload`): on SIGUSR2 it collects garbage and writes what
 * is left into the file `SOAK_SAMPLE_FILE`.
 */

import { heapStats } from 'bun:jsc';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What the process holds, in bytes and counts. */
export type Held = { readonly heapBytes: number; readonly residentBytes: number; readonly descriptors: number };

const KIB = 1_024;
const file = process.env.SOAK_SAMPLE_FILE;

if (Bun.isMainThread && file !== undefined) {
  process.on('SIGUSR2', async () => {
    // Objects released by finalizers and settled promises are collected only by the next run.
    for (let left = 3; left > 0; left -= 1) {
      Bun.gc(true);
      await Bun.sleep(100);
    }
    writeFileSync(`${file}.new`, JSON.stringify(held()));
    renameSync(`${file}.new`, file);
  });
}

function held(): Held {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    heapBytes: heapStats().heapSize,
    residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
