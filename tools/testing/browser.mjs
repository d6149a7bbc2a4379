// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
/** Where installers put it without telling PATH. */
const ELSEWHERE = [
  '/usr/bin',
  '/snap/bin',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  `${process.env.PROGRAMFILES}\\Google\\Chrome\\Application`,
];
const HOW =
  'the journeys need Chromium or Chrome: install it (Debian and Ubuntu: apt-get install chromium fonts-noto-cjk), or name its program in CHROME_PATH';

/**
 * The browser for the journeys. On a CI machine that is Debian and ours to change, it is installed.
 *
 * @returns {Promise<{ path: string } | { missing: string }>} `missing`: how to get one
 */
export async function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named) return existsSync(named) ? { path: named } : { missing: `CHROME_PATH names ${named}, which is not there` };
  const path = installed() ?? (mayInstall() ? install() : undefined);
  return path === undefined ? { missing: HOW } : { path };
}

function installed() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...ELSEWHERE];
  return [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...ELSEWHERE.filter((path) => path.includes('.app/')),
  ].find((path) => existsSync(path));
}

function mayInstall() {
  return process.env.CI === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

function install() {
  console.log('installing Chromium, and fonts for Chinese …');
  const options = /** @type {const} */ ({
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], options);
  return installed();
}
