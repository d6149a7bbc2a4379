import { heapStats } from 'bun:jsc';

/** Bytes of live objects in this thread after a full collection. */
export async function heapBytes(): Promise<number> {
  // References held by settled promises are released once the queues are empty.
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}
