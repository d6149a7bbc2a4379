import { programOf } from './program.ts';

/** Path of Prometheus' tool for checking and testing rules. */
export function promtoolPath(): string {
  return programOf('promtool');
}

/** promtool's output for these arguments in this folder, and whether it succeeded. */
export async function promtool(folder: string, ...args: readonly string[]): Promise<{ ok: boolean; said: string }> {
  const run = Bun.spawn([promtoolPath(), ...args], { cwd: folder, stdout: 'pipe', stderr: 'pipe' });
  const said = (await Promise.all([run.stdout, run.stderr].map((stream) => new Response(stream).text()))).join('');
  return { ok: (await run.exited) === 0, said };
}
