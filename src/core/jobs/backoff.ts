/** How often something is tried, and how long between. */
export type RetryPolicy = {
  /** Tries altogether. */
  readonly attempts: number;
  /** The pause after the first failure; each next one is twice as long. */
  readonly firstMs: number;
  readonly mostMs: number;
};

/** How far a pause may be from what the policy says: those that failed together do not come back together. */
const SPREAD = 0.2;

/** The pause after the `failed`th failure in milliseconds, or undefined when that was the last try. */
export function pauseAfter(
  failed: number,
  { attempts, firstMs, mostMs }: RetryPolicy,
  random: () => number = randomFraction,
): number | undefined {
  if (failed >= attempts) return undefined;
  const pause = Math.min(mostMs, firstMs * 2 ** (failed - 1));
  return Math.round(pause * (1 - SPREAD + 2 * SPREAD * random()));
}

function randomFraction(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
}
