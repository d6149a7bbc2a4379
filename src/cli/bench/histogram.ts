const SUB_BITS = 7;
const SUB_COUNT = 1 << SUB_BITS;
const OCTAVES = 26;

/**
 * A histogram of durations with buckets whose width grows with the value: 128 per octave, so a quantile is at most 0.8
 * % off (the scheme of HdrHistogram). Values are whole microseconds from 0 to about an hour; larger ones are clamped.
 */
export class Histogram {
  readonly #counts = new Float64Array(SUB_COUNT * (OCTAVES + 1));
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  /** Largest recorded value, in microseconds. */
  get max(): number {
    return this.#max;
  }

  record(micros: number): void {
    const value = micros > 0 ? micros | 0 : 0;
    const bucket = bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    if (value > this.#max) this.#max = value;
  }

  /** The value in microseconds at or below which the share `q` (0–1) of the recorded values lies; 0 if empty. */
  quantile(q: number): number {
    let left = Math.ceil(q * this.#total);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return Math.min(highestOf(bucket), this.#max);
    }
    return this.#max;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#max = 0;
  }
}

/** Values below 128 have a bucket each; above, the 7 bits after the leading one choose the bucket. */
function bucketOf(value: number): number {
  const octave = Math.max(0, 32 - Math.clz32(value) - (SUB_BITS + 1));
  return octave * SUB_COUNT + (value >>> octave);
}

function highestOf(bucket: number): number {
  if (bucket < 2 * SUB_COUNT) return bucket;
  const octave = Math.floor(bucket / SUB_COUNT) - 1;
  return (bucket - octave * SUB_COUNT + 1) * 2 ** octave - 1;
}
