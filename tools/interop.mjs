// `npm run interop -- centrifuge-js PATH`: runs the official client's own tests, from a checkout of it, unmodified
// against this server on port 8000.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun } from './setup/bun.mjs';
import { ensurePackages } from './setup/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {Readonly<Record<string, { settings: string, command: readonly string[], env?: Record<string, string> }>>} */
const SUITES = {
  'centrifuge-js': {
    settings: 'tests/interop/centrifuge-js.json',
    command: ['npx', 'jest', '--forceExit'],
    // Tests that it skips with servers that do not ask clients to gather what they publish.
    env: { DEBOUNCE: '1' },
  },
};
const USAGE = `usage: npm run interop -- ${Object.keys(SUITES).join('|')} PATH [arguments of its test runner]`;

const [name = '', path = '', ...more] = process.argv.slice(2);
const suite = SUITES[name];
const checkout = resolve(path);
if (suite === undefined || path === '' || !existsSync(join(checkout, 'package.json'))) {
  console.error(`${USAGE}\nPATH: a checkout of it, for example git clone https://github.com/centrifugal/centrifuge-js`);
  process.exit(2);
}

await ensurePackages(root, { dev: false });
if (!existsSync(join(checkout, 'node_modules'))) {
  console.log(`installing what ${name} needs`);
  const install = ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', install, { cwd: checkout, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const data = mkdtempSync(join(tmpdir(), 'banyan-interop-'));
const args = [join(root, 'src/cli/main.ts'), 'serve', '--data', data, '--config', join(root, suite.settings)];
const server = spawn(findBun(root), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const clean = () => {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
};
server.stdout.once('data', () => {
  const [program = '', ...rest] = suite.command;
  const env = { ...process.env, ...suite.env };
  const tests = spawn(program, [...rest, ...more], { cwd: checkout, stdio: 'inherit', env });
  tests.on('exit', (code) => {
    clean();
    process.exit(code ?? 1);
  });
});
server.on('exit', (code) => {
  console.error(`the server ended with code ${code}`);
  clean();
  process.exit(1);
});
