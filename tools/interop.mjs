// `npm run interop -- centrifuge-js PATH` or `… socket.io PATH`: runs official tests from a checkout, unmodified, against
// this server on the port they ask for.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun } from './setup/bun.mjs';
import { ensurePackages } from './setup/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Suite
 * @property {string} repository
 * @property {readonly string[]} folders where its tests lie in the checkout
 * @property {readonly string[]} server program and arguments
 * @property {string} settings
 * @property {readonly string[]} command its test runner
 * @property {Record<string, string>} [env] what its tests look for in their environment
 */

/** @type {Readonly<Record<string, Suite>>} */
const SUITES = {
  'centrifuge-js': {
    repository: 'https://github.com/centrifugal/centrifuge-js',
    folders: ['.'],
    server: ['src/cli/main.ts', 'serve'],
    settings: 'tests/interop/centrifuge-js.json',
    command: ['npx', 'jest', '--forceExit'],
    // Tests that it skips with servers that do not ask clients to gather what they publish.
    env: { DEBOUNCE: '1' },
  },
  'socket.io': {
    repository: 'https://github.com/socketio/socket.io',
    folders: ['docs/engine.io-protocol/v4-test-suite', 'docs/socket.io-protocol/v5-test-suite'],
    server: ['tests/interop/socketio-suite.ts'],
    settings: 'tests/interop/socket.io.json',
    command: ['npx', 'mocha', 'test-suite.js'],
  },
};
const USAGE = `usage: npm run interop -- ${Object.keys(SUITES).join('|')} PATH [arguments of its test runner]`;

const [name = '', path = '', ...more] = process.argv.slice(2);
const suite = SUITES[name];
const folders = suite?.folders.map((folder) => resolve(path, folder)) ?? [];
if (suite === undefined || path === '' || !folders.every((folder) => existsSync(join(folder, 'package.json')))) {
  const { repository } = suite ?? /** @type {Suite} */ (SUITES['centrifuge-js']);
  console.error(`${USAGE}\nPATH: a checkout of it, for example git clone ${repository}`);
  process.exit(2);
}

await ensurePackages(root, { dev: false });
for (const folder of folders) {
  if (existsSync(join(folder, 'node_modules'))) continue;
  console.log(`installing what ${name} needs`);
  const install = ['install', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', install, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const data = mkdtempSync(join(tmpdir(), 'banyan-interop-'));
const [program = '', ...rest] = suite.server;
const args = [join(root, program), ...rest, '--data', data, '--config', join(root, suite.settings)];
const server = spawn(findBun(root), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const clean = () => {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
};
server.stdout.once('data', async () => {
  let failed = 0;
  for (const folder of folders) failed += (await runIn(folder, suite)) === 0 ? 0 : 1;
  clean();
  process.exit(failed === 0 ? 0 : 1);
});
server.on('exit', (code) => {
  console.error(`the server ended with code ${code}`);
  clean();
  process.exit(1);
});

/** @param {string} folder @param {Suite} suite @returns {Promise<number>} the exit code */
function runIn(folder, { command: [runner = '', ...given], env }) {
  return new Promise((resolve) => {
    spawn(runner, [...given, ...more], { cwd: folder, stdio: 'inherit', env: { ...process.env, ...env } }).on(
      'exit',
      (code) => resolve(code ?? 1),
    );
  });
}
