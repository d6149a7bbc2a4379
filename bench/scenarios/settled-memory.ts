import type { ServerProcess } from '../targets/server-process.ts';

/** Memory counts as settled when it changed by less than this share in `STEADY_MS`; waits for `MAX_MS` at most. */
const STEADY_SHARE = 0.002;
const STEADY_MS = 5_000;
const MAX_MS = 40_000;

/** The server's settled resident memory, in bytes. Servers that support it collect garbage first. */
export async function settledMemory(server: ServerProcess): Promise<number> {
  const until = performance.now() + MAX_MS;
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
