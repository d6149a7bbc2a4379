/** The number of attempts, and the pauses between them. */
export type RetryPolicy = {
  /** Attempts in total. */
  readonly attempts: number;
  /** The pause after the first failure; each later one is twice as long. */
  readonly firstMs: number;
  readonly mostMs: number;
};

/** The jitter of a pause: simultaneous failures are not retried simultaneously. */
const SPREAD = 0.2;

/** The pause after the `failed`th failure in milliseconds, or undefined if that was the last attempt. */
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
