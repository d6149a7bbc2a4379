import { expect } from 'bun:test';
import { heapBytes } from './heap.ts';

/** What the heap may differ by between the halves. */
const HEAP_SLACK = 2_000_000;

type Halves = {
  /** Inputs of both halves together. */
  readonly count: number;
  /** Tries so many inputs, and gives how many of them were refused. */
  readonly tryMany: (count: number) => number | Promise<number>;
  /** Most of a half that may be refused. */
  readonly most: number;
  /** Least of a half that must be. */
  readonly least: number;
};

/** Tries a decoder in two halves, and fails when the second has left something behind. */
export async function tryHalves({ count, tryMany, least, most }: Halves): Promise<void> {
  const refused = await tryMany(count / 2);
  const before = await heapBytes();
  const refusedLater = await tryMany(count / 2);
  expect((await heapBytes()) - before).toBeLessThan(HEAP_SLACK);
  // Neither all too broken nor all whole: else little of the decoder would have been tried.
  for (const share of [refused, refusedLater].map((each) => each / (count / 2))) {
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  }
}
