import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOfServer } from './dev.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'banyan-dev-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** A free port. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

test('the server restarts for its own sources only', () => {
  for (const path of ['core/errors.ts', 'features/chat/feature.ts', 'cli/main.ts']) expect(isOfServer(path)).toBe(true);
  for (const path of [
    'web/main.tsx',
    'ui/button.tsx',
    'ui/names.ts',
    'features/chat/web/room.ts',
    'core/errors.test.ts',
  ]) {
    expect(isOfServer(path)).toBe(false);
  }
  expect(isOfServer('../node_modules/x/index.ts')).toBe(false);
});

test('npm run dev serves screens and server at one address, restarts the server on a change, and ends on Ctrl-C', async () => {
  const [port, devPort] = [await freePort(), await freePort()];
  const dev = Bun.spawn(['node', join(ROOT, 'tools/dev.mjs'), '--data', data], {
    env: { ...process.env, PORT: String(port), DEV_PORT: String(devPort) },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  let output = '';
  const reading = (async () => {
    for await (const chunk of dev.stdout) output += new TextDecoder().decode(chunk);
  })();
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await Bun.sleep(100);
  };
  const at = (path: string) => fetch(`http://localhost:${devPort}${path}`).catch(() => undefined);
  await until(() => output.includes('Banyan for development is at'));
  expect(await (await at('/'))?.text()).toContain('/@vite/client');
  expect((await at('/app-frame.tsx'))?.headers.get('Content-Type')).toContain('javascript');
  expect(await (await at('/livez'))?.text()).toBe('ok');
  const now = new Date();
  utimesSync(join(ROOT, 'src/cli/help.ts'), now, now);
  await until(() => output.includes('the server restarts'));
  await until(async () => (await (await at('/livez'))?.text()) === 'ok');
  dev.kill('SIGINT');
  expect(await dev.exited).toBe(0);
  await reading;
}, 60_000);
