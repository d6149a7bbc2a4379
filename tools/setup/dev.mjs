// @ts-check
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun } from './bun.mjs';
import { ensurePackages } from './packages.mjs';
import { exitWith } from './setup-error.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Editors write a file in several steps. */
const SETTLE_MS = 150;
/** How long a server may take to stop. */
const STOP_MS = 5_000;
const HOST = 'localhost';

/**
 * Runs the server with its data in `data-dev`, restarts it when its sources change, and serves the screens by Vite, which
 * replaces changed components in the browser. Ends both on Ctrl-C. `PORT` and `DEV_PORT` say where (8001 and 8000).
 *
 * @param {readonly string[]} flags of the server
 */
export async function dev(flags) {
  try {
    await ensurePackages(ROOT, { dev: true });
    const bun = findBun(ROOT);
    const ports = { server: Number(process.env.PORT ?? 8001), screens: Number(process.env.DEV_PORT ?? 8000) };
    const vite = await serveScreens(ports);
    const url = `http://${HOST}:${vite.port}`;
    const env = { BANYAN_PUBLIC_URL: url, ...process.env, PORT: String(ports.server) };
    const server = new DevServer(bun, { port: ports.server, env, flags });
    await server.start();
    console.log(`\nBanyan for development is at ${url} (data in data-dev; Ctrl-C ends it)\n`);
    watchSources(vite.watcher, () => server.restart());
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.once(signal, async () => {
        await Promise.all([server.stop(), vite.close()]);
        process.exit(0);
      });
    }
  } catch (error) {
    exitWith(error);
  }
}

/** @param {{ readonly server: number, readonly screens: number }} ports */
async function serveScreens(ports) {
  process.env.DEV_SERVER = `${HOST}:${ports.server}`;
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: join(ROOT, 'vite.config.ts'),
    root: join(ROOT, 'src', 'web'),
    server: { host: HOST, port: ports.screens, strictPort: ports.screens !== 0 },
    clearScreen: false,
    logLevel: 'warn',
  });
  await vite.listen();
  const address = vite.httpServer?.address();
  const port = typeof address === 'object' && address !== null ? address.port : ports.screens;
  return { port, watcher: vite.watcher, close: () => vite.close() };
}

/**
 * Calls `changed` when a source of the server has changed. Vite's watcher also sees files that are replaced, as editors do;
 * Node's own recursive `watch` loses those on Linux.
 *
 * @param {import('vite').ViteDevServer['watcher']} watcher
 * @param {() => void} changed
 */
function watchSources(watcher, changed) {
  /** @type {NodeJS.Timeout | undefined} */
  let settling;
  const folder = join(ROOT, 'src');
  watcher.add(folder);
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir' || !isOfServer(relative(folder, path))) return;
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  });
}

/**
 * Whether the server runs this file; screens and tests are excluded.
 *
 * @param {string} name a path below src
 */
export function isOfServer(name) {
  const parts = name.split(sep);
  if (parts[0] === '..' || !/\.(ts|json)$/.test(name) || name.endsWith('.test.ts')) return false;
  return parts[0] !== 'ui' && parts[0] !== 'web' && parts[2] !== 'web';
}

/** The server as a child, one at a time: it holds the port and the data folder. */
class DevServer {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {Promise<void>} */
  #turn = Promise.resolve();
  #isRestartAsked = false;

  /**
   * @param {string} bun
   * @param {{ readonly port: number, readonly env: NodeJS.ProcessEnv, readonly flags: readonly string[] }} settings
   */
  constructor(bun, { port, env, flags }) {
    this.bun = bun;
    this.port = port;
    this.env = env;
    const data = flags.includes('--data') ? [] : ['--data', join(ROOT, 'data-dev')];
    this.args = [join(ROOT, 'src', 'cli', 'main.ts'), 'serve', ...data, ...flags];
  }

  /** Resolves when the server responds, or has exited because it cannot run. */
  async start() {
    const child = spawn(this.bun, this.args, { stdio: 'inherit', env: this.env });
    this.#child = child;
    child.on('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      console.error(`\ndev: the server ended with code ${code}; it starts again when a source changes\n`);
    });
    while (this.#child === child && !(await answers(this.port))) await pause(100);
  }

  /** Changes during a restart lead to one more restart. */
  restart() {
    if (this.#isRestartAsked) return;
    this.#isRestartAsked = true;
    this.#turn = this.#turn.then(async () => {
      this.#isRestartAsked = false;
      console.log('dev: sources changed; the server restarts');
      await this.stop();
      await this.start();
    });
  }

  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(kill);
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
