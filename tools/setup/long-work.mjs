// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './setup-error.mjs';

const REPORT_MS = process.stderr.isTTY ? 1_000 : 15_000;
const SHOWN_LINES = 40;

/**
 * Runs a program that takes long and says so while it does; its own output is shown only when it fails.
 *
 * @param {string} what what is being done, as `installing packages`
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, shell?: boolean }} options
 * @returns {Promise<void>}
 * @throws {SetupError} when the program cannot be run, or fails.
 */
export async function runLong(what, file, args, options) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1_000)} s`;
  const say = (/** @type {string} */ text) => process.stderr.write(process.stderr.isTTY ? `\r${text}` : `${text}\n`);
  say(`banyan: ${what} …`);
  const ticking = setInterval(() => say(`banyan: ${what} … ${seconds()}`), REPORT_MS);
  const { code, output } = await run(file, args, options).finally(() => clearInterval(ticking));
  say(`banyan: ${what} … ${code === 0 ? 'done' : 'failed'} after ${seconds()}`);
  if (process.stderr.isTTY) process.stderr.write('\n');
  if (code === 0) return;
  process.stderr.write(`${output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')}\n`);
  throw new SetupError(`${what} failed (the reason stands above)`);
}

/**
 * A stop signal ends the program too, and then this process.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, shell?: boolean }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.once(signal, () => {
        child.kill(signal);
        process.exit(128 + constants.signals[signal]);
      });
    }
    child.on('error', (error) => reject(new SetupError(`${file} cannot be run (${error.message})`)));
    child.on('close', (code) => {
      process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
      resolve({ code: code ?? 1, output });
    });
  });
}
