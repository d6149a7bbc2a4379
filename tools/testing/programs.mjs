// @ts-check
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Program a program of the system that tests run
 * @property {string} what its name for people
 * @property {readonly string[]} names of its file; the first one that exists is used
 * @property {readonly string[]} debian the packages to install, here and below
 * @property {readonly string[]} fedora
 * @property {readonly string[]} macos
 * @property {string} [variable] an environment variable that may name its path
 * @property {boolean} [linuxOnly] whether tests use it on Linux alone
 */

/** @satisfies {Record<string, Program>} */
export const PROGRAMS = {
  chromium: {
    what: 'Chromium or Chrome',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'],
    variable: 'CHROME_PATH',
    // Without the fonts the pictures of the Chinese screens show boxes.
    debian: ['chromium', 'fonts-noto-cjk'],
    fedora: ['chromium', 'google-noto-sans-cjk-fonts'],
    macos: ['chromium'],
  },
  nginx: { what: 'nginx', names: ['nginx'], debian: ['nginx-light'], fedora: ['nginx'], macos: ['nginx'] },
  promtool: {
    what: 'promtool (of Prometheus)',
    names: ['promtool'],
    debian: ['prometheus'],
    fedora: ['golang-github-prometheus'],
    macos: ['prometheus'],
  },
  bash: { what: 'bash', names: ['bash'], debian: ['bash'], fedora: ['bash'], macos: ['bash'] },
  curl: { what: 'curl', names: ['curl'], debian: ['curl'], fedora: ['curl'], macos: ['curl'] },
  openssl: { what: 'openssl', names: ['openssl'], debian: ['openssl'], fedora: ['openssl'], macos: ['openssl'] },
  unshare: {
    what: 'unshare',
    names: ['unshare'],
    debian: ['util-linux'],
    fedora: ['util-linux'],
    macos: [],
    linuxOnly: true,
  },
  prlimit: {
    what: 'prlimit',
    names: ['prlimit'],
    debian: ['util-linux'],
    fedora: ['util-linux'],
    macos: [],
    linuxOnly: true,
  },
  setpriv: {
    what: 'setpriv',
    names: ['setpriv'],
    debian: ['util-linux'],
    fedora: ['util-linux'],
    macos: [],
    linuxOnly: true,
  },
};

/** @typedef {keyof typeof PROGRAMS} ProgramName */

/** Debian puts servers where only root looks; installers for macOS and Windows do not change PATH. */
const MORE_FOLDERS = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/snap/bin',
  '/opt/homebrew/bin',
  `${process.env.PROGRAMFILES}\\Google\\Chrome\\Application`,
];
const MAC_APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The path of a program on this machine.
 *
 * @param {ProgramName} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined} undefined when it is not installed
 */
export function findProgram(name, env = process.env) {
  const { names, variable } = /** @type {Program} */ (PROGRAMS[name]);
  const named = variable === undefined ? undefined : env[variable];
  // A path that somebody has set is used or is wrong; nothing else takes its place.
  if (named) return existsSync(named) ? named : undefined;
  const folders = [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...MORE_FOLDERS];
  const paths = names.flatMap((file) => folders.map((folder) => join(folder, file)));
  return [...paths, ...(name === 'chromium' ? MAC_APPS : [])].find((path) => existsSync(path));
}

/**
 * Which of the programs this machine lacks. Those for Linux alone are missing on Linux alone.
 *
 * @param {Iterable<ProgramName>} names
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {ProgramName[]}
 */
export function missingPrograms(names, env = process.env) {
  return [...new Set(names)].filter((name) => {
    const { linuxOnly } = /** @type {Program} */ (PROGRAMS[name]);
    return !(linuxOnly === true && process.platform !== 'linux') && findProgram(name, env) === undefined;
  });
}

/**
 * What is missing and how to install it, for people.
 *
 * @param {readonly ProgramName[]} missing
 * @returns {string} several lines
 */
export function howToInstall(missing) {
  const list = missing.map((name) => /** @type {Program} */ (PROGRAMS[name]));
  const packages = (/** @type {'debian' | 'fedora' | 'macos'} */ system) =>
    [...new Set(list.flatMap((program) => program[system]))].join(' ');
  const variables = list.filter(({ variable }) => variable !== undefined);
  return [
    'These programs are missing, and some tests need them:',
    ...list.map(({ what }) => `  - ${what}`),
    'Install them with',
    `  Debian, Ubuntu:  sudo apt-get install --no-install-recommends ${packages('debian')}`,
    `  Fedora:          sudo dnf install ${packages('fedora')}`,
    ...(packages('macos') === '' ? [] : [`  macOS:           brew install ${packages('macos')}`]),
    ...variables.map(({ what, variable }) => `If you have ${what} in another place, set ${variable} to its path.`),
  ].join('\n');
}
