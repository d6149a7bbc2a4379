// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun } from './bun.mjs';
import { ensurePackages } from './packages.mjs';
import { exitWith, SetupError } from './setup-error.mjs';
import { ensureWeb, webIsCurrent } from './web.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Installs and builds what is missing, then runs `src/cli/main.ts` on Bun with these arguments, and ends as it ends.
 *
 * @param {readonly string[]} args a command and its flags; without a command it is `serve`
 */
export async function start(args) {
  try {
    const current = !serves(args) || webIsCurrent(ROOT);
    await ensurePackages(ROOT, { dev: !current });
    const bun = findBun(ROOT);
    if (!current) await ensureWeb(ROOT, bun);
    runProgram(bun, args);
  } catch (error) {
    exitWith(error);
  }
}

/** @param {readonly string[]} args */
function serves(args) {
  const [command = 'serve'] = args;
  return (command === 'serve' || command.startsWith('-')) && !args.includes('--help') && !args.includes('-h');
}

/** @param {string} bun @param {readonly string[]} args */
function runProgram(bun, args) {
  const child = spawn(bun, [join(ROOT, 'src', 'cli', 'main.ts'), ...args], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  whenNpmDies(() => child.kill('SIGTERM'));
  child.on('error', (error) => exitWith(new SetupError(`${bun} does not run on this machine (${error.message})`)));
  child.on('exit', (code, signal) => {
    if (signal === 'SIGILL') console.error('banyan: this processor lacks instructions that Bun needs');
    process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']);
  });
}

/**
 * npm passes stop signals on, but nobody tells of its own sudden death: a server that outlived it would go on holding
 * the port and the data folder.
 *
 * @param {() => void} act
 */
function whenNpmDies(act) {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const npm = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watching);
    act();
  }, 500);
  watching.unref();
}
