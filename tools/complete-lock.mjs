// Adds to package-lock.json the optional packages for other platforms that npm left out, so that `npm ci` works on
// every machine. npm drops them when the registry it was run against (a partial mirror) does not carry them, and then
// refuses its own lock: "Missing: … from lock file". Run it after adding a dependency; `--check` only looks.
// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @typedef {Record<string, any>} Entry one package of the lock */

const LOCK = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
/** As in the names of packages, which is also how npm writes them. */
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/**
 * The entries that the lock lacks, by their path in it.
 *
 * @param {Record<string, Entry>} packages the lock's `packages`
 * @returns {Record<string, Entry>}
 * @throws {Error} when an entry cannot be made up because its version or platform is not clear from what is known.
 */
export function missingEntries(packages) {
  /** @type {Record<string, Entry>} */
  const missing = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!isInstalledFor(packages, path, name)) missing[`node_modules/${name}`] = entry(name, version, parent);
    }
  }
  return missing;
}

/** Looks where Node would: beside the parent's own packages, then upwards. @param {Record<string, Entry>} packages @param {string} path @param {string} name */
function isInstalledFor(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (`${folder}${folder === '' ? '' : '/'}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

/** @param {string} name @param {string} version @param {Entry} parent @returns {Entry} */
function entry(name, version, parent) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const platform = { cpu, ...(os.length > 0 && { os }), ...libc(words) };
  if (!EXACT_VERSION.test(version) || cpu.length !== 1 || (os.length !== 1 && cpu[0] !== 'wasm32')) {
    throw new Error(
      `package-lock.json lacks ${name} ${version}, and its platform is not clear from its name: add it by hand`,
    );
  }
  return { version, ...platform, ...(parent.dev && { dev: true }), license: parent.license, optional: true };
}

/** @param {string[]} words */
function libc(words) {
  if (words.some((word) => word.startsWith('musl'))) return { libc: ['musl'] };
  return words.some((word) => word.startsWith('gnu')) ? { libc: ['glibc'] } : {};
}

function main() {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
  const missing = missingEntries(lock.packages);
  const names = Object.keys(missing);
  if (names.length === 0) return console.log('package-lock.json is complete');
  if (process.argv.includes('--check')) {
    console.error(
      `package-lock.json lacks ${names.length} packages for other platforms (${names[0]}, …): run node tools/complete-lock.mjs`,
    );
    process.exit(1);
  }
  lock.packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: added ${names.length} packages for other platforms`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
