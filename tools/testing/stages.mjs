// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ kind: 'check', name: string, what: string, file: string, args: string[] }} Check one program that passes or fails
 * @typedef {object} Suite tests that `bun test` runs
 * @property {'suite'} kind
 * @property {string} name
 * @property {string} what
 * @property {string[]} files
 * @property {boolean} apart whether each file runs in a process of its own, beside others: for files that take seconds
 * @property {boolean} web whether it uses the built web app
 * @typedef {Check | Suite} Stage
 */

const TEST_FILE = /\.test\.tsx?$/;
/** Where tests are. */
const FOLDERS = ['src', 'client', 'bench', 'tools', 'tests'];
/** Files that take a minute or more start first: otherwise one of them would run alone at the end. */
const LONG = ['tests/fuzz/small-decoders.test.ts', 'tests/journeys/looks.test.ts', 'tests/fuzz/plain-http.test.ts'];

/**
 * Each is the folder of tests/ with its name. The conformance suites are run by the adapters' own tests; every test
 * that lies nowhere else is a unit test.
 *
 * @type {Record<string, { what: string, apart?: boolean, web?: boolean }>}
 */
const SUITES = {
  journeys: { what: 'people in a real browser', apart: true, web: true },
  fuzz: { what: 'malformed input', apart: true },
  interop: { what: 'stock clients against a real server', apart: true },
  faults: { what: 'killed, disconnected and misused servers', apart: true },
  soak: { what: 'half a minute of the hours that `BANYAN_SOAK_MINUTES` asks for', apart: true },
  simulation: { what: 'seeded random clients, clock and network', apart: true },
  deploy: { what: 'alert rules, dashboard and records' },
  web: { what: 'the built web app', web: true },
  conformance: { what: 'every adapter passes its port’s suite' },
  unit: { what: 'single units' },
};

/**
 * All stages, in the order in which they begin: checks, then what takes longest.
 *
 * @param {string} root the project's folder
 * @param {string} bun
 * @returns {Stage[]}
 */
export function allStages(root, bun) {
  return [...checks(root, bun), ...suites(root)];
}

/** @param {string} root @param {string} bun @returns {Check[]} */
function checks(root, bun) {
  const node = process.execPath;
  const tool = (/** @type {string[]} */ ...path) => join(root, 'node_modules', ...path);
  const typescript = tool('typescript', 'bin', 'tsc');
  /** @type {[name: string, what: string, file: string, ...args: string[]][]} */
  const all = [
    ['lint', 'format and lint', node, tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'],
    ['types-core', 'types of what runs everywhere', node, typescript, '-p', 'tsconfig.core.json'],
    ['types-server', 'types of the server, its tests and tools', node, typescript, '-p', 'tsconfig.server.json'],
    ['types-web', 'types of the web app', node, typescript, '-p', 'tsconfig.web.json'],
    ['types-web-tests', 'types of its tests and the journeys', node, typescript, '-p', 'tsconfig.web-tests.json'],
    ['imports', 'import arrows and cycles', bun, 'tools/check-imports.ts'],
    ['sizes', 'lengths of files and functions', bun, 'tools/check-sizes.ts'],
    ['renders', 'the Rules of React in components and hooks', bun, 'tools/check-renders.ts'],
    ['dead-code', 'what nothing uses', node, tool('knip', 'bin', 'knip.js'), '--no-progress'],
    ['lock', 'package-lock.json serves every platform', node, 'tools/complete-lock.mjs', '--check'],
    ['config-docs', 'docs/config.md is fresh', bun, 'src/cli/main.ts', 'config-docs', '--check'],
    ['docs', 'links between documents, and their list', bun, 'tools/check-docs.ts'],
    ['spec', 'rules of docs/spec.md: unique, and each cited by a test', bun, 'tools/check-spec.ts'],
  ];
  return all.map(([name, what, file, ...args]) => ({ kind: 'check', name, what, file, args }));
}

/** @param {string} root @returns {Suite[]} */
function suites(root) {
  const found = FOLDERS.flatMap((folder) => testFilesIn(root, folder));
  const files = [...LONG.filter((file) => found.includes(file)), ...found.filter((file) => !LONG.includes(file))];
  return Object.entries(SUITES).map(([name, { what, apart = false, web = false }]) => ({
    kind: 'suite',
    name,
    what,
    files: files.filter((file) => stageOf(file) === name),
    apart,
    web,
  }));
}

/** @param {string} file */
function stageOf(file) {
  const [top, second = ''] = file.split('/');
  if (top === 'src' && second === 'adapters') return 'conformance';
  return top === 'tests' && second in SUITES ? second : 'unit';
}

/** @param {string} root @param {string} folder @returns {string[]} */
function testFilesIn(root, folder) {
  const full = join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFilesIn(root, path);
      return TEST_FILE.test(entry.name) ? [path] : [];
    })
    .sort();
}
