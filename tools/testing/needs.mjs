// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** @typedef {import('./programs.mjs').ProgramName} ProgramName */

const IMPORT = /(?:\bfrom|\bimport)\s+'(\.[^']+)'/g;
const PROGRAM = /\bprogramOf\(\s*'([a-z]+)'/g;

/**
 * Finds out which programs each test file runs: those that it, or a module that it imports, names by
 * `programOf('name')` (tests/servers/program.ts). So a test cannot use a program that the setup does not know of.
 *
 * @param {string} root the project's folder
 * @returns {(file: string) => ReadonlySet<ProgramName>} takes a path below `root`
 */
export function programsByFile(root) {
  /** @type {Map<string, { imports: string[], programs: ProgramName[] }>} */
  const read = new Map();
  const look = (/** @type {string} */ file) => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const path = join(root, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const found = {
      imports: [...text.matchAll(IMPORT)].map(([, to = '']) => normalize(join(dirname(file), to))),
      programs: [...text.matchAll(PROGRAM)].map(([, name]) => /** @type {ProgramName} */ (name)),
    };
    read.set(file, found);
    return found;
  };
  return (file) => {
    const files = new Set([file]);
    /** @type {Set<ProgramName>} */
    const programs = new Set();
    // Iterating a set also visits items added meanwhile.
    for (const each of files) {
      const { imports, programs: own } = look(each);
      for (const name of own) programs.add(name);
      // The code under test runs no test programs.
      for (const imported of imports) if (/^(tests|bench)\//.test(imported)) files.add(imported);
    }
    return programs;
  };
}
