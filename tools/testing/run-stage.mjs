// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsOf } from './junit.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, skippedTests?: readonly string[], why?: string }} Outcome
 *   `why`: a failure that no test names
 * @typedef {{ stage: string, name: string, file: string, args: readonly string[], env?: Record<string, string> }} Check
 * @typedef {{ stage: string, name: string, files: readonly string[] }} Tests
 * @typedef {Check | Tests} Work what one process does
 */

/** A process that takes longer hangs, and is killed. */
const LONGEST_MS = 20 * 60_000;
/** The default timeout of one test. Two or three files run in parallel on two cores, which slows each down. */
const TEST_MS = 60_000;

/**
 * The work of a stage, in pieces that may run side by side.
 *
 * @param {import('./stages.mjs').Stage} stage
 * @returns {Work[]}
 */
export function worksOf(stage) {
  const { name } = stage;
  switch (stage.kind) {
    case 'check':
      return [{ stage: name, name, file: stage.file, args: stage.args }];
    case 'suite':
      if (!stage.apart) return stage.files.length === 0 ? [] : [{ stage: name, name, files: stage.files }];
      return stage.files.map((file) => ({ stage: name, name: file, files: [file] }));
    default:
      return stage;
  }
}

/**
 * Does a piece of work to its end.
 *
 * @param {Work} work
 * @param {{ root: string, bun: string, onChild?: (child: import('node:child_process').ChildProcess) => void }} place
 * @returns {Promise<{ outcome: Outcome, output: string }>} `output`: what it printed
 */
export async function runWork(work, { root, bun, onChild }) {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-tests-'));
  const log = join(folder, 'log');
  const report = join(folder, 'report.xml');
  const [file, args] = 'files' in work ? [bun, testArgs(report, work.files)] : [work.file, work.args];
  try {
    const why = await run(file, args, { root, log, onChild });
    const output = readFileSync(log, 'utf8');
    if (!('files' in work)) {
      return { outcome: why === undefined ? { passed: 1, failed: 0, skipped: 0 } : broken(why), output };
    }
    const counts = existsSync(report) ? countsOf(readFileSync(report, 'utf8')) : undefined;
    return { outcome: outcomeOf(counts, why), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} report @param {readonly string[]} files */
function testArgs(report, files) {
  const options = ['--only-failures', `--timeout=${TEST_MS}`, '--reporter=junit', `--reporter-outfile=${report}`];
  return ['test', ...options, ...files.map((file) => `./${file}`)];
}

/**
 * A run that ended badly counts as at least one failure, also when it left no report or its report shows none: a file
 * that did not load, an error between tests, a crash.
 *
 * @param {ReturnType<typeof countsOf>} counts
 * @param {string | undefined} why
 * @returns {Outcome}
 */
export function outcomeOf(counts, why) {
  if (counts === undefined) return broken(why ?? 'bun test left no report');
  if (why !== undefined && counts.failed === 0) return { ...counts, failed: 1, why: `${why}, though no test failed` };
  if (counts.passed + counts.failed + counts.skipped === 0) return broken('there are no tests in it');
  return counts;
}

/** @param {string} why @returns {Outcome} */
export function broken(why) {
  return { passed: 0, failed: 1, skipped: 0, why };
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ root: string, log: string, onChild?: ((child: import('node:child_process').ChildProcess) => void) | undefined }} options
 * @returns {Promise<string | undefined>} why it failed; undefined when it did not
 */
function run(file, args, { root, log, onChild }) {
  const output = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', output, output] });
    onChild?.(child);
    let hung = false;
    const hanging = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, LONGEST_MS);
    child.on('error', (error) => resolve(`it could not be run (${error.message})`));
    child.on('close', (code, signal) => {
      clearTimeout(hanging);
      if (hung) resolve(`it did not end within ${LONGEST_MS / 60_000} minutes`);
      else if (signal !== null) resolve(`it was ended by ${signal}`);
      else resolve(code === 0 ? undefined : `it ended with code ${code}`);
    });
  });
}
