/** Prometheus' own tool that checks and tests rules; null when it is not there. */
export const PROMTOOL = Bun.which('promtool');

/** How to get it, for the titles of tests that need it; '' when it is there. */
export const promtoolMissing =
  PROMTOOL === null ? ' (skipped: promtool is missing; Debian and Ubuntu: apt-get install prometheus)' : '';

/** What promtool says of these arguments in this folder, and whether it is content. */
export async function promtool(folder: string, ...args: readonly string[]): Promise<{ ok: boolean; said: string }> {
  const run = Bun.spawn([PROMTOOL ?? 'promtool', ...args], { cwd: folder, stdout: 'pipe', stderr: 'pipe' });
  const said = (await Promise.all([run.stdout, run.stderr].map((stream) => new Response(stream).text()))).join('');
  return { ok: (await run.exited) === 0, said };
}
