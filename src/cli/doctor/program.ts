import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { Config } from '../../app/config.ts';
import { BUN_VERSION, NODE_RANGE, VERSION } from '../../app/version.ts';
import { findOut } from '../deployment/ready.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

/** Versions of the program and its runtime. */
export function versionFindings(): Finding[] {
  const name = 'versions';
  const node = nodeVersion();
  const found = `Banyan ${VERSION}, Bun ${Bun.version}, Node ${node ?? 'not found'}, ${process.platform} ${process.arch}`;
  if (Bun.version !== BUN_VERSION) {
    return [
      warn(name, found, `it is tested with Bun ${BUN_VERSION}, which "npm ci" installs; start it by "npm start"`),
    ];
  }
  if (node === undefined || Bun.semver.satisfies(node, NODE_RANGE)) return [ok(name, found)];
  return [warn(name, found, `"npm start" needs Node ${NODE_RANGE}`)];
}

/** Of the Node that starts it; undefined without one. */
function nodeVersion(): string | undefined {
  const { status, stdout } = spawnSync('node', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

/** Valid settings that deserve a warning. */
export function settingsFindings(config: Config): Finding[] {
  if (!config.clientInsecure) return [ok('settings', 'they hold; "check-config" prints them')];
  return [warn('settings', 'clientInsecure is on: anyone may do everything', 'turn it off, unless this is a test')];
}

/** Checks whether the server could listen at its address, or who does. */
export async function portFinding({ host, port }: Config): Promise<Finding> {
  const name = 'port';
  if (port === 0) return skip(name, 'any free one');
  const at = `${host}:${port}`;
  // Checked before listening: `localhost` may be two addresses, of which one is free.
  const found = await findOut(`http://${connectHost(host)}:${port}`);
  const elsewhere = 'stop it, or choose another port with --port or PORT';
  if (found.kind === 'banyan') return ok(name, `at ${at} Banyan serves, and is ${found.status}`);
  if (found.kind === 'other') return fail(name, `at ${at} another program listens (${found.what})`, elsewhere);
  const refusal = await tryToListen(host, port);
  if (refusal === undefined) return ok(name, `${at} is free`);
  if (refusal === 'EADDRINUSE') return fail(name, `at ${at} something listens that is not Banyan`, elsewhere);
  if (refusal === 'EACCES') {
    return fail(
      name,
      `${at} needs more rights than this user has`,
      'choose one above 1023 with --port or PORT, and let a proxy take 80 and 443',
    );
  }
  return fail(name, `${at} cannot be listened on (${refusal})`, 'set BANYAN_HOST to an address of this machine');
}

/** Returns the error's code, or undefined on success. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** A reachable address for a server that listens on all. */
function connectHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
