import type { ServerProcess } from '../targets/server-process.ts';

/** Memory counts as settled when it moved by less than this share in `STEADY_MS`; looked at for `MOST_MS` at most. */
const STEADY_SHARE = 0.002;
const STEADY_MS = 5_000;
const MOST_MS = 40_000;

/** Resident memory of the server once it stays, in bytes. Servers that can be asked to collect garbage are asked. */
export async function settledMemory(server: ServerProcess): Promise<number> {
  const until = performance.now() + MOST_MS;
  let last = server.residentBytes();
  while (performance.now() < until) {
    server.collectGarbage();
    await Bun.sleep(STEADY_MS);
    const now = server.residentBytes();
    if (Math.abs(now - last) < STEADY_SHARE * now) return now;
    last = now;
  }
  return last;
}
