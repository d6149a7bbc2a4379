import { expect } from 'bun:test';
import { heapBytes } from './heap.ts';

/** The allowed heap difference between the halves. */
const HEAP_SLACK = 2_000_000;

type Halves = {
  /** Inputs of both halves together. */
  readonly count: number;
  /** Tries this many inputs, and returns how many were refused. */
  readonly tryMany: (count: number) => number | Promise<number>;
  /** The largest allowed share of refusals. */
  readonly most: number;
  /** The smallest allowed share of refusals. */
  readonly least: number;
};

/** Runs a decoder in two halves, and fails if the second one leaves memory behind. */
export async function tryHalves({ count, tryMany, least, most }: Halves): Promise<void> {
  const refused = await tryMany(count / 2);
  const before = await heapBytes();
  const refusedLater = await tryMany(count / 2);
  expect((await heapBytes()) - before).toBeLessThan(HEAP_SLACK);
  // Inputs must be neither mostly broken nor mostly valid: otherwise little of the decoder is covered.
  for (const share of [refused, refusedLater].map((each) => each / (count / 2))) {
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  }
}
