// @ts-check
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findBun } from '../setup/bun.mjs';
import { ensurePackages } from '../setup/packages.mjs';
import { exitWith, SetupError } from '../setup/setup-error.mjs';
import { ensureWeb } from '../setup/web.mjs';
import { inLanes } from './lanes.mjs';
import { programsByFile } from './needs.mjs';
import { preparePrograms, Stopped } from './prepare.mjs';
import { PROGRAMS } from './programs.mjs';
import { broken, runWork, worksOf } from './run-stage.mjs';
import { allStages } from './stages.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Most tests mostly wait: one process more than there are cores keeps these busy. */
const LANES = availableParallelism() + 1;

/**
 * @typedef {import('./run-stage.mjs').Outcome} Outcome
 * @typedef {import('./run-stage.mjs').Work} Work
 * @typedef {{ stage: string, name: string, seconds: number, outcome: Outcome }} Result
 * @typedef {{ file: string, needs: string }} LeftOut a test file, and what it needs that this machine lacks
 */

/**
 * Makes this machine ready for the named stages, or all; runs them; prints what came of them, and ends the process.
 *
 * @param {readonly string[]} names
 */
export async function test(names) {
  try {
    await ensurePackages(ROOT, { dev: true });
    const bun = findBun(ROOT);
    const stages = chosen(allStages(ROOT, bun), names);
    const { works, leftOut } = await prepare(stages, bun);
    const results = await runAll(works, bun);
    process.exitCode = summarise(stages, results, leftOut) === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof Stopped) process.exit(error.exitCode);
    exitWith(error);
  }
}

/** @param {readonly import('./stages.mjs').Stage[]} stages @param {readonly string[]} names */
function chosen(stages, names) {
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown === undefined) return stages.filter(({ name }) => names.length === 0 || names.includes(name));
  throw new SetupError(`there is no stage ${unknown}; there are ${stages.map(({ name }) => name).join(', ')}`);
}

/**
 * Everything that the stages need, before any of them begins. No test installs or builds anything.
 *
 * @param {readonly import('./stages.mjs').Stage[]} stages
 * @param {string} bun
 * @returns {Promise<{ works: Work[], leftOut: LeftOut[] }>}
 */
async function prepare(stages, bun) {
  const programsOf = programsByFile(ROOT);
  const files = stages.flatMap((stage) => (stage.kind === 'suite' ? stage.files : []));
  const missing = await preparePrograms(files.flatMap((file) => [...programsOf(file)]));
  if (stages.some((stage) => stage.kind === 'suite' && stage.web)) await ensureWeb(ROOT, bun);
  const lacks = (/** @type {string} */ file) => missing.filter((name) => programsOf(file).has(name));
  const runnable = stages.map((stage) =>
    stage.kind === 'check' ? stage : { ...stage, files: stage.files.filter((file) => lacks(file).length === 0) },
  );
  const leftOut = files
    .filter((file) => lacks(file).length > 0)
    .map((file) => ({
      file,
      needs: lacks(file)
        .map((name) => PROGRAMS[name].what)
        .join(', '),
    }));
  return { works: runnable.flatMap(worksOf), leftOut };
}

/** @param {readonly Work[]} works @param {string} bun @returns {Promise<Result[]>} */
async function runAll(works, bun) {
  /** @type {Result[]} */
  const results = [];
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const children = new Set();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      for (const child of children) child.kill(signal);
      process.exit(130);
    });
  }
  const onChild = (/** @type {import('node:child_process').ChildProcess} */ child) => {
    children.add(child);
    child.once('close', () => children.delete(child));
  };
  await inLanes(works, LANES, async (work) => {
    const started = performance.now();
    const { outcome, output } = await runWork(work, { root: ROOT, bun, onChild });
    const result = { stage: work.stage, name: work.name, seconds: (performance.now() - started) / 1_000, outcome };
    results.push(result);
    tell(result, output);
  });
  return results;
}

/** @param {Result} result @param {string} output is shown when something failed, or was said to be missing */
function tell({ stage, name, seconds, outcome }, output) {
  const mark = outcome.failed === 0 ? '✓' : '✗';
  const title = stage === name ? name : `${stage}: ${name}`;
  console.log(`${mark} ${title}  ${inWords(outcome)}  ${seconds.toFixed(1)} s`);
  if (outcome.failed === 0) return;
  console.log(output.trimEnd());
  if (outcome.why !== undefined) console.log(`${title} failed: ${outcome.why}`);
}

/**
 * @param {readonly import('./stages.mjs').Stage[]} stages
 * @param {readonly Result[]} results
 * @param {readonly LeftOut[]} leftOut
 * @returns {number} how much failed
 */
function summarise(stages, results, leftOut) {
  const width = Math.max(...stages.map(({ name }) => name.length));
  console.log('\n── all stages');
  const outcomes = stages.map((stage) => {
    const own = results.filter((result) => result.stage === stage.name);
    const outcome =
      own.length === 0 && leftOut.length === 0 ? broken('no tests') : sumOf(own.map((each) => each.outcome));
    const seconds = own.reduce((sum, each) => sum + each.seconds, 0);
    const mark = outcome.failed === 0 ? '✓' : '✗';
    console.log(`${mark} ${stage.name.padEnd(width)} ${`${seconds.toFixed(1)} s`.padStart(9)}  ${inWords(outcome)}`);
    return outcome;
  });
  const total = sumOf(outcomes);
  list(
    'Skipped',
    results.flatMap(({ outcome }) => outcome.skippedTests ?? []),
  );
  list(
    'Failed',
    results.filter(({ outcome }) => outcome.failed > 0).map(({ name }) => name),
  );
  list(
    'Not run, because a program is missing',
    leftOut.map(({ file, needs }) => `${file} (needs ${needs})`),
  );
  const failed = total.failed + leftOut.length;
  console.log(`\n${inWords({ ...total, failed })}`);
  return failed;
}

/** @param {string} title @param {readonly string[]} lines */
function list(title, lines) {
  if (lines.length > 0) console.log(`\n${title}:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
}

/** @param {readonly Outcome[]} outcomes @returns {Outcome} */
function sumOf(outcomes) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** @param {Outcome} counts */
function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
