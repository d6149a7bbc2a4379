import type { Append, Appended, AppendOutcome, Log, Publication } from '../../src/ports/log.ts';

/** Builds an append, filling in everything the test does not mention. */
export function append(channel: string, data: string, more: Partial<Append> = {}): Append {
  return { channel, data: JSON.stringify(data), time: 1_000, retention: { size: 0, ttlMs: 0 }, ...more };
}

/** The outcome of an append that must be accepted. */
export function accepted(outcome: AppendOutcome | undefined): Appended {
  if (outcome === undefined || 'refused' in outcome) throw new Error(`not appended: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Appends and returns the offsets. */
export async function offsetsOf(log: Log, batch: readonly Append[]): Promise<number[]> {
  return (await log.append(batch)).map((outcome) => accepted(outcome).position.offset);
}

export function texts(publications: readonly Publication[]): string[] {
  return publications.map(({ data }) => JSON.parse(data));
}
