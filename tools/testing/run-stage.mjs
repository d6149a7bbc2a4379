// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { countsOf } from './junit.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, why?: string }} Outcome `why`: a failure that no test names */

/** A stage that takes longer hangs, and is ended. */
const LONGEST_MS = 20 * 60_000;

/**
 * Runs one stage, its output going where ours goes.
 *
 * @param {import('./stages.mjs').Stage} stage
 * @param {{ root: string, bun: string }} place
 * @returns {Promise<Outcome>}
 */
export async function runStage(stage, { root, bun }) {
  switch (stage.kind) {
    case 'check': {
      const why = await run(stage.file, stage.args, { root });
      return why === undefined ? { passed: 1, failed: 0, skipped: 0 } : broken(why);
    }
    case 'suite':
      return runSuite(stage, { root, bun });
    default:
      return stage;
  }
}

/** @param {import('./stages.mjs').Suite} stage @param {{ root: string, bun: string }} place @returns {Promise<Outcome>} */
async function runSuite({ name, files, browser }, { root, bun }) {
  if (files.length === 0) return broken(`there are no tests in this stage (tests/${name}/*.test.ts)`);
  /** @type {Record<string, string>} */
  const env = {};
  if (browser) {
    const found = await findBrowser();
    if ('missing' in found) return broken(found.missing);
    env.CHROME_PATH = found.path;
  }
  const folder = mkdtempSync(join(tmpdir(), 'banyan-tests-'));
  const report = join(folder, 'report.xml');
  const paths = files.map((file) => `./${file}`);
  const why = await run(
    bun,
    ['test', '--only-failures', '--reporter=junit', `--reporter-outfile=${report}`, ...paths],
    { root, env },
  );
  const counts = existsSync(report) ? countsOf(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  return outcomeOf(counts, why);
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
  if (counts.passed + counts.failed + counts.skipped === 0) return broken('the files of this stage hold no tests');
  return counts;
}

/** @param {string} why @returns {Outcome} */
function broken(why) {
  return { passed: 0, failed: 1, skipped: 0, why };
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ root: string, env?: Record<string, string> }} options
 * @returns {Promise<string | undefined>} why it failed; undefined when it did not
 */
function run(file, args, { root, env }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
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
