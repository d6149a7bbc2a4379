import type { HrTime } from '@opentelemetry/api';

/** A larger difference means that the wall clock was set, or the other has drifted. */
const MAX_DRIFT_MS = 2;
const NANOS_A_MS = 1_000_000;
const SECOND_MS = 1_000;

let offset = Date.now() - performance.now();

/**
 * The time of day in finer steps than the wall clock's milliseconds, in which a transaction and the wait for it would
 * overlap; always close to the wall clock.
 */
export function fineTime(): HrTime {
  const [coarse, steady] = [Date.now(), performance.now()];
  if (Math.abs(offset + steady - coarse) > MAX_DRIFT_MS) offset = coarse - steady;
  const now = offset + steady;
  const seconds = Math.floor(now / SECOND_MS);
  return [seconds, Math.floor((now - seconds * SECOND_MS) * NANOS_A_MS)];
}
