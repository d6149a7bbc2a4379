/** Upper ends of the buckets of times, in seconds: from what nobody notices to what nobody waits for. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/** How long things took: how many fell into which bucket. Costs a few comparisons an observation, and no memory. */
export class Histogram {
  readonly bounds: readonly number[] = SECONDS;
  /** By bucket, the last one for what is above all bounds; not cumulative. */
  readonly counts: number[] = [...SECONDS.map(() => 0), 0];
  sum = 0;

  /** `times`: as if it had been observed so often. */
  observe(seconds: number, times = 1): void {
    // A clock that was put back must not count as negative time.
    const value = Math.max(seconds, 0);
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
    this.sum += value * times;
  }

  /** How many were observed. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
