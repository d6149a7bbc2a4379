/** The candidate with the smallest edit distance, for "did you mean …?". `candidates` is not empty. */
export function nearest(word: string, candidates: readonly string[]): string {
  return candidates.reduce((best, each) => (distance(word, each) < distance(word, best) ? each : best));
}

/** Levenshtein distance, case-insensitive. */
function distance(from: string, to: string): number {
  const target = to.toLowerCase();
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from.toLowerCase()].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...target].entries()) {
      const replaced = (row[j] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
