import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Histogram } from '../bench/histogram.ts';
import { micros } from '../bench/payload.ts';

/** About what the database writes for a single publication. */
const PAGE = Buffer.alloc(4_096, 0x62);
const MAX_SAMPLES = 200;
const MIN_SAMPLES = 10;
const LONGEST_MICROS = 1_500_000;

/** How long the disk takes to sync a page, in microseconds. Throws errors of the file system. */
export function measureSync(folder: string): Histogram {
  const file = join(folder, `.banyan-doctor-${process.pid}`);
  const times = new Histogram();
  const handle = openSync(file, 'wx');
  try {
    const end = micros() + LONGEST_MICROS;
    for (let count = 0; count < MAX_SAMPLES && (count < MIN_SAMPLES || micros() < end); count += 1) {
      const start = micros();
      writeSync(handle, PAGE);
      fsyncSync(handle);
      times.record(micros() - start);
    }
  } finally {
    closeSync(handle);
    rmSync(file);
  }
  return times;
}
