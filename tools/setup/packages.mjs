// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLong } from './long-work.mjs';

/** @typedef {{ version?: string, optional?: boolean, dev?: boolean, link?: boolean }} Package one entry of a lock */

/**
 * Installs what package-lock.json lists, unless it is installed already. Every version comes from the lock.
 *
 * @param {string} root the project's folder
 * @param {{ dev: boolean }} options `dev`: also what building and testing need
 */
export async function ensurePackages(root, { dev }) {
  if (packagesAreCurrent(root, dev)) return;
  // `--include=dev`: NODE_ENV=production, as people set it for servers, would leave out what builds the web app.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const cli = process.env.npm_execpath ?? '';
  const viaNpm = /npm-cli\.c?js$/.test(cli);
  await runLong('installing packages', viaNpm ? process.execPath : 'npm', viaNpm ? [cli, ...args] : args, {
    cwd: root,
    shell: !viaNpm && process.platform === 'win32',
  });
}

/**
 * Compares the lock with npm's own record of what it installed, which it writes last. Packages that are optional may
 * be absent: they are for other platforms.
 *
 * @param {string} root
 * @param {boolean} dev
 */
export function packagesAreCurrent(root, dev) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(record);
  return Object.entries(wanted).every(([path, { version, optional, dev: onlyDev }]) => {
    if (path === '' || (onlyDev && !dev)) return true;
    const present = installed[path];
    return present === undefined ? optional === true : present.version === version;
  });
}

/** @param {string} file @returns {Record<string, Package>} */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
