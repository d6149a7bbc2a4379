import type { Append, Appended, AppendOutcome, Log, Publication } from '../../src/ports/log.ts';

/** An append as the tests write it: everything that a test does not speak of is filled in. */
export function append(channel: string, data: string, more: Partial<Append> = {}): Append {
  return { channel, data: JSON.stringify(data), time: 1_000, retention: { size: 0, ttlMs: 0 }, ...more };
}

/** The outcome of an append that must not have been refused. */
export function accepted(outcome: AppendOutcome | undefined): Appended {
  if (outcome === undefined || 'refused' in outcome) throw new Error(`not appended: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Appends and gives the offsets. */
export async function offsetsOf(log: Log, batch: readonly Append[]): Promise<number[]> {
  return (await log.append(batch)).map((outcome) => accepted(outcome).position.offset);
}

export function texts(publications: readonly Publication[]): string[] {
  return publications.map(({ data }) => JSON.parse(data));
}
