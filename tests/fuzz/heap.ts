import { heapStats } from 'bun:jsc';

/** Bytes that live objects take in this thread, after everything else was thrown away. */
export async function heapBytes(): Promise<number> {
  // What settled promises still hold is let go of once the queues have run dry.
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}
