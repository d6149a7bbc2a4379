// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLong } from './long-work.mjs';

/** What the web app is made of. More than it needs costs a needless build; less would serve a stale one. */
const SOURCES = [
  'src/web',
  'src/ui',
  'src/features',
  'src/contracts',
  'client',
  'vite.config.ts',
  'tsconfig.base.json',
  'package-lock.json',
];
const OUTPUT = 'dist/web';
const STAMP = 'dist/web.sources';

/**
 * Whether `dist/web` was built from the sources as they are.
 *
 * @param {string} root the project's folder
 */
export function webIsCurrent(root) {
  const stamp = join(root, STAMP);
  return (
    existsSync(join(root, OUTPUT, 'index.html')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === sourcesHash(root)
  );
}

/**
 * Builds the web app into `dist/web`, unless it is there already.
 *
 * @param {string} root
 * @param {string} bun the program that runs Vite: it is the same on every machine, unlike Node
 */
export async function ensureWeb(root, bun) {
  if (webIsCurrent(root)) return;
  const hash = sourcesHash(root);
  const fresh = join(root, 'dist', 'web.new');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['--bun', vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
  await runLong('building the web app', bun, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production' } });
  // A server that is running serves the old files until the new ones are whole.
  rmSync(join(root, OUTPUT), { recursive: true, force: true });
  renameSync(fresh, join(root, OUTPUT));
  writeStamp(root, hash);
}

/**
 * Notes that `dist/web` is what the sources make.
 *
 * @param {string} root
 * @param {string} hash of the sources when the build began
 */
export function writeStamp(root, hash = sourcesHash(root)) {
  writeFileSync(join(root, STAMP), hash);
}

/** @param {string} root */
function sourcesHash(root) {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((source) => filesIn(root, source))) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} root @param {string} path @returns {string[]} */
function filesIn(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!path.startsWith('src/') && path !== 'client') return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}
