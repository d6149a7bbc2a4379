/** Upper bounds of the buckets of times, in seconds: from unnoticeable to unbearable. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/** A histogram of durations. An observation costs a few comparisons, and no memory. */
export class Histogram {
  readonly bounds: readonly number[] = SECONDS;
  /** By bucket, the last one for values above all bounds; not cumulative. */
  readonly counts: number[] = [...SECONDS.map(() => 0), 0];
  sum = 0;

  /** `times`: how often to count the observation. */
  observe(seconds: number, times = 1): void {
    // A clock that stepped back must not count as negative time.
    const value = Math.max(seconds, 0);
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
    this.sum += value * times;
  }

  /** The number of observations. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
