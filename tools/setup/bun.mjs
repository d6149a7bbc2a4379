// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';

/** The real program is a hundred times larger; what npm leaves without install scripts is a note of 450 bytes. */
const SMALLEST_PROGRAM = 1_000_000;

/**
 * The path of the Bun that npm installed. Its install script may not have run (npm can forbid these), so the program
 * is taken from where npm unpacked it.
 *
 * @param {string} root
 * @returns {string}
 * @throws {SetupError} when there is none that runs on this machine.
 */
export function findBun(root) {
  const placed = join(root, 'node_modules', 'bun', 'bin', 'bun.exe');
  if (isProgram(placed)) return placed;
  const unpacked = unpackedPrograms(root);
  // npm before version 10 installs the builds for every C library: the one that runs is ours.
  const [bun] = unpacked.length > 1 ? unpacked.filter(runs) : unpacked;
  if (bun === undefined) throw new SetupError(whyNone(unpacked));
  return place(bun, placed);
}

/** @param {string} root */
function unpackedPrograms(root) {
  const folder = join(root, 'node_modules', '@oven');
  if (!existsSync(folder)) return [];
  const name = process.platform === 'win32' ? 'bun.exe' : 'bun';
  return readdirSync(folder)
    .map((build) => join(folder, build, 'bin', name))
    .filter(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  return existsSync(path) && statSync(path).size > SMALLEST_PROGRAM;
}

/** @param {string} path */
function runs(path) {
  return spawnSync(path, ['--version']).status === 0;
}

/** Where Bun's install script would have put it, so that `npx bun` works too. @param {string} bun @param {string} placed */
function place(bun, placed) {
  try {
    rmSync(placed, { force: true });
    linkSync(bun, placed);
    return placed;
  } catch {
    // A file system without links, or a folder that is not ours: it runs from where it is as well.
    return bun;
  }
}

/** @param {readonly string[]} unpacked */
function whyNone(unpacked) {
  const machine = `${process.platform} ${process.arch}`;
  if (unpacked.length > 0)
    return `no installed build of Bun runs on this machine (${machine}): its C library is too old, or neither glibc nor musl`;
  return `there is no build of Bun for this machine (${machine}); Banyan runs on Linux, macOS, FreeBSD and Windows, on x64 and arm64. If yours is one of these, npm left optional packages out: run npm ci --include=optional`;
}
