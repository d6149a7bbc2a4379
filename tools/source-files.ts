import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where our own code is. */
const FOLDERS = ['src', 'client', 'bench', 'tools', 'tests'];
const CODE = /\.(ts|tsx|mjs)$/;
const NOT_OURS = new Set(['node_modules', 'fixtures', 'dist']);

/** The text of every code file, by its path from the root with forward slashes. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Reads all code files of the project, in the order of their paths. */
export function readSourceFiles(): SourceFiles {
  const paths = FOLDERS.flatMap((folder) => codeFilesIn(join(ROOT, folder))).sort();
  return new Map(paths.map((path) => [relative(ROOT, path).split(sep).join('/'), readFileSync(path, 'utf8')]));
}

function codeFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : codeFilesIn(path);
    return CODE.test(entry.name) ? [path] : [];
  });
}

/** Whether the file is a test, or only used by tests. */
export function isTestCode(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('tests/');
}
