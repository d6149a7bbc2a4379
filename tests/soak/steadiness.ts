/** A measurement: its time in milliseconds, and its value. */
export type Point = { readonly at: number; readonly value: number };

/** The share of a run in which caches fill and code is compiled: ignored. */
const WARM_UP = 0.25;

/**
 * The growth from the end of the warm-up to the end of the run: the median of the slopes between all pairs of points
 * (Theil and Sen), which outliers do not affect, times the duration. 0 for fewer than two points.
 */
export function growthOf(points: readonly Point[]): number {
  const settled = points.slice(Math.floor(points.length * WARM_UP));
  const [first, last] = [settled[0], settled.at(-1)];
  if (first === undefined || last === undefined || first === last) return 0;
  const slopes = settled.flatMap((a, index) =>
    settled.slice(index + 1).map((b) => (b.value - a.value) / Math.max(1, b.at - a.at)),
  );
  slopes.sort((a, b) => a - b);
  return (slopes[Math.floor(slopes.length / 2)] ?? 0) * (last.at - first.at);
}
