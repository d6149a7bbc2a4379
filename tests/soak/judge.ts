import { isDeepStrictEqual } from 'node:util';
import type { Heard } from '../interop/ways/way.ts';

export type Hearing = {
  /** The channel's publications from before the client joined. */
  readonly all: readonly Heard[];
  readonly heard: readonly Heard[];
  /** The client must have received everything published above this offset. */
  readonly joinedAt: number;
  /** Whether the client gets offsets; otherwise it counts its publications from 1. */
  readonly numbered: boolean;
};

/**
 * What is wrong with the received publications: a gap, a repeat, another order, other data. Undefined if all is well.
 */
export function misheard({ all, heard, joinedAt, numbered }: Hearing): string | undefined {
  const from = all.findIndex(([, data]) => isDeepStrictEqual(data, heard[0]?.[1]));
  const said = from < 0 ? [] : all.slice(from, from + heard.length);
  const expected = numbered ? said : said.map(([, data], index): Heard => [index + 1, data]);
  const firstDue = all.findIndex(([offset]) => offset > joinedAt);
  const isLate = firstDue >= 0 && (from > firstDue || heard.length === 0);
  if (!isLate && isDeepStrictEqual([...heard], expected)) return undefined;
  const offsets = (of: readonly Heard[]) => of.map(([offset]) => offset);
  const [first, last] = [all[0]?.[0], all.at(-1)?.[0]];
  return (
    `received ${JSON.stringify(offsets(heard))} instead of ${JSON.stringify(offsets(expected))}; ` +
    `the channel has ${first} to ${last}, and everything above ${joinedAt} had to be received`
  );
}

/** What is wrong with acked publications: each must be stored once, in sending order. */
export function misplaced(all: readonly Heard[], accepted: readonly unknown[]): string | undefined {
  const places = accepted.map((data) => all.flatMap(([at, held]) => (isDeepStrictEqual(held, data) ? [at] : [])));
  const inOrder = places.every(([at = 0], index) => at > (places[index - 1]?.[0] ?? 0));
  if (places.every(({ length }) => length === 1) && inOrder) return undefined;
  return `of ${accepted.length} accepted publications these are stored: ${JSON.stringify(places)}`;
}
