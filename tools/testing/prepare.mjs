// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { howToInstall, missingPrograms, PROGRAMS } from './programs.mjs';

/** @typedef {import('./programs.mjs').ProgramName} ProgramName */

const REPORT_MS = process.stderr.isTTY ? 1_000 : 15_000;
const SHOWN_LINES = 40;
/** Debian asks this program whether a package may start its service. */
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_TEXT = `#!/bin/sh
# Written by Banyan's "npm test", so that nginx and Prometheus, which it installs, do not start as services.
# It is removed when the installation ends. Remove it if no "npm test" is running.
exit 101
`;

/** Removes the file also where this process was killed meanwhile. */
const THEN_REMOVE = ['sh', '-c', '"$@"; code=$?; rm -f "$0"; exit "$code"'];

/**
 * Installs, before any test runs, the programs that the tests need and this machine lacks: on Debian and Ubuntu, as
 * root. Elsewhere it prints one list of what is missing and how to install it.
 *
 * @param {Iterable<ProgramName>} needed
 * @param {{ env?: NodeJS.ProcessEnv, root?: boolean, policy?: string }} [machine] other values are for tests
 * @returns {Promise<ProgramName[]>} what is still missing
 */
export async function preparePrograms(
  needed,
  { env = process.env, root = process.getuid?.() === 0, policy = POLICY } = {},
) {
  const names = [...needed];
  const missing = missingPrograms(names, env);
  if (missing.length === 0) return [];
  if (root && hasApt(env)) await install(missing, { env, policy });
  const left = missingPrograms(names, env);
  if (left.length > 0) console.error(`\n${howToInstall(left)}\n`);
  return left;
}

/** @param {NodeJS.ProcessEnv} env */
function hasApt(env) {
  return spawnSync('apt-get', ['--version'], { env, stdio: 'ignore' }).status === 0;
}

/** @param {readonly ProgramName[]} missing @param {{ env: NodeJS.ProcessEnv, policy: string }} machine */
async function install(missing, { env, policy }) {
  const packages = [...new Set(missing.flatMap((name) => PROGRAMS[name].debian))];
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const folder = mkdtempSync(join(tmpdir(), 'banyan-apt-'));
  const log = join(folder, 'log');
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  try {
    // An installation that somebody interrupted earlier would make ours fail.
    await runToItsEnd('checking for interrupted installations', ['dpkg', '--configure', '-a'], { env: quiet, log });
    await runToItsEnd('updating the lists of packages', [...apt, 'update'], { env: quiet, log });
    const command = [...apt, 'install', '-y', '--no-install-recommends', ...packages];
    const withoutServices = forbidServices(policy) ? [...THEN_REMOVE, policy, ...command] : command;
    await runToItsEnd(`installing ${packages.join(', ')}`, withoutServices, { env: quiet, log });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} policy
 * @returns {boolean} whether it is ours to remove. One that an earlier run left, because it was killed, is ours too.
 */
function forbidServices(policy) {
  if (existsSync(policy) && readFileSync(policy, 'utf8') !== POLICY_TEXT) return false;
  writeFileSync(policy, POLICY_TEXT, { mode: 0o755 });
  return true;
}

/**
 * Runs a step of an installation and reports its progress. A stop signal ends this process only when the step is done:
 * a dpkg that is stopped half-way leaves a machine on which nothing can be installed until somebody repairs it. So the
 * step has a session of its own, which the terminal's Ctrl-C does not reach, and writes to a file, which stays when this
 * process is killed.
 *
 * @param {string} what
 * @param {readonly string[]} command
 * @param {{ env: NodeJS.ProcessEnv, log: string }} options
 * @returns {Promise<void>} A failure is shown; what is missing then is found out afterwards.
 */
async function runToItsEnd(what, command, { env, log }) {
  const started = Date.now();
  const tty = process.stderr.isTTY;
  const say = (/** @type {string} */ text) => process.stderr.write(tty ? `\r${text}\u001b[K` : `${text}\n`);
  const seconds = () => `${Math.round((Date.now() - started) / 1_000)} s`;
  const ticking = setInterval(() => say(`banyan: ${what} … ${seconds()}: ${lastLineOf(log)}`), REPORT_MS);
  say(`banyan: ${what} …`);
  const stop = watchForStop();
  const code = await run(command, { env, log });
  clearInterval(ticking);
  stop.release();
  say(`banyan: ${what} … ${code === 0 ? 'done' : 'failed'} after ${seconds()}`);
  if (tty) process.stderr.write('\n');
  if (code !== 0)
    process.stderr.write(`${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')}\n`);
  const { signal } = stop;
  if (signal !== undefined) throw new Stopped(signal);
}

/** The run was asked to stop, and what could not be interrupted has ended. */
export class Stopped extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

function watchForStop() {
  /** @type {{ signal: NodeJS.Signals | undefined, release: () => void }} */
  const watch = { signal: undefined, release: () => undefined };
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    watch.signal = signal;
    process.stderr.write('\nbanyan: stopping as soon as this installation step has ended …\n');
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, onSignal);
  watch.release = () => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.off(signal, onSignal);
  };
  return watch;
}

/** @param {readonly string[]} command @param {{ env: NodeJS.ProcessEnv, log: string }} options @returns {Promise<number>} */
function run([file = '', ...args], { env, log }) {
  const output = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', output, output] });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  }).finally(() => closeSync(output));
}

/** @param {string} log */
function lastLineOf(log) {
  const line = existsSync(log)
    ? (readFileSync(log, 'utf8')
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1) ?? '')
    : '';
  return line.slice(0, 60);
}
