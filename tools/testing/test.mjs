// @ts-check
import { fileURLToPath } from 'node:url';
import { findBun } from '../setup/bun.mjs';
import { ensurePackages } from '../setup/packages.mjs';
import { exitWith, SetupError } from '../setup/setup-error.mjs';
import { runStage } from './run-stage.mjs';
import { allStages } from './stages.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {{ name: string, seconds: number, outcome: import('./run-stage.mjs').Outcome }} Result */

/**
 * Runs the named stages, or all, prints what came of them, and ends the process.
 *
 * @param {readonly string[]} names
 */
export async function test(names) {
  try {
    await ensurePackages(ROOT, { dev: true });
    const bun = findBun(ROOT);
    const stages = chosen(allStages(ROOT, bun), names);
    /** @type {Result[]} */
    const results = [];
    for (const stage of stages) results.push(await runAndTell(stage, bun));
    process.exitCode = summarise(results) === 0 ? 0 : 1;
  } catch (error) {
    exitWith(error);
  }
}

/** @param {readonly import('./stages.mjs').Stage[]} stages @param {readonly string[]} names */
function chosen(stages, names) {
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown === undefined) return stages.filter(({ name }) => names.length === 0 || names.includes(name));
  throw new SetupError(`there is no stage ${unknown}; there are ${stages.map(({ name }) => name).join(', ')}`);
}

/** @param {import('./stages.mjs').Stage} stage @param {string} bun @returns {Promise<Result>} */
async function runAndTell(stage, bun) {
  console.log(`\n── ${stage.name}: ${stage.what}`);
  const started = performance.now();
  const outcome = await runStage(stage, { root: ROOT, bun });
  const seconds = (performance.now() - started) / 1_000;
  if (outcome.why !== undefined) console.error(`${stage.name} failed: ${outcome.why}`);
  return { name: stage.name, seconds, outcome };
}

/** @param {readonly Result[]} results @returns {number} how much failed */
function summarise(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log('\n── all stages');
  for (const { name, seconds, outcome } of results) {
    const mark = outcome.failed === 0 ? '✓' : '✗';
    console.log(`${mark} ${name.padEnd(width)} ${`${seconds.toFixed(1)} s`.padStart(9)}  ${inWords(outcome)}`);
  }
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((total, { outcome }) => total + outcome[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  console.log(`\n${inWords(total)}`);
  return total.failed;
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
