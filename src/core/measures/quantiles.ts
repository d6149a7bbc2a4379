/**
 * Estimates quantiles from buckets, each between 0 and 1, in the unit of `bounds`: values are taken as spread evenly
 * over their bucket, and those above all bounds as at the highest one. Undefined without values.
 */
export function quantilesOf(
  counts: readonly number[],
  bounds: readonly number[],
  wanted: readonly number[],
): readonly number[] | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? undefined : wanted.map((quantile) => valueAt(quantile * total, counts, bounds));
}

function valueAt(rank: number, counts: readonly number[], bounds: readonly number[]): number {
  let below = 0;
  for (const [bucket, high] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    const low = bounds[bucket - 1] ?? 0;
    if (count > 0 && below + count >= rank) return low + ((high - low) * (rank - below)) / count;
    below += count;
  }
  return bounds.at(-1) ?? 0;
}
