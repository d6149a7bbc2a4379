import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUSHER_KEY, PUSHER_SECRET, pusherClientsWire } from '../wires/pusher.ts';
import { ROOT } from './banyan.ts';
import { missingProgram, type Target } from './target.ts';

const FILES = join(import.meta.dir, 'soketi');
/** 300 MB: installed only where it is measured, separately from Banyan's own dependencies. */
const INSTALLED = join(ROOT, 'node_modules/.cache/banyan-bench/soketi');
const PROGRAM = join(INSTALLED, 'node_modules/@soketi/soketi/bin/server.js');
/** Its native part is built for these. */
const NODES = ['v16', 'v18', 'v20'];

/** soketi, an open-source server of the Pusher protocol on Node and uWebSockets.js. */
export const soketi: Target = {
  name: 'soketi (Node), Pusher client events',
  wire: pusherClientsWire,
  missing: () => missingProgram('node') ?? missingProgram('npm') ?? wrongNode() ?? notInstalled(),
  launch: (port) => ({
    command: (folder) => {
      const config = join(folder, 'soketi.json');
      writeFileSync(config, JSON.stringify(configOf(port)));
      return ['node', PROGRAM, 'start', `--config=${config}`];
    },
    env: { NODE_ENV: 'production' },
    livePath: '/',
  }),
};

function wrongNode(): string | null {
  const version = Bun.spawnSync(['node', '--version']).stdout.toString().trim();
  return NODES.includes(version.split('.')[0] ?? '') ? null : `soketi does not run on Node ${version}`;
}

function notInstalled(): string | null {
  if (existsSync(PROGRAM)) return null;
  console.error('  installing soketi');
  mkdirSync(INSTALLED, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(FILES, file), join(INSTALLED, file));
  // Not `npm ci`, which refuses a lock without other platforms' packages. Versions come from the lock.
  const install = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { exitCode } = Bun.spawnSync(install, { cwd: INSTALLED });
  return exitCode === 0 && existsSync(PROGRAM) ? null : 'soketi could not be installed by npm';
}

function configOf(port: number): object {
  const unbounded = {
    maxConnections: -1,
    maxBackendEventsPerSecond: -1,
    maxClientEventsPerSecond: -1,
    maxReadRequestsPerSecond: -1,
  };
  const app = { id: '1', key: PUSHER_KEY, secret: PUSHER_SECRET, enableClientMessages: true, ...unbounded };
  return { host: '127.0.0.1', port, debug: false, metrics: { enabled: false }, 'appManager.array.apps': [app] };
}
