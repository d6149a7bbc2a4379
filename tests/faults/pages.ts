import { Database } from 'bun:sqlite';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const PAGE = 4_096;

/** Overwrites a page of a table or an index with invalid data: the middle leaf, or all pages below the root. */
export function damageLeaf(file: string, name: string, which: 'middle' | 'all' = 'middle'): void {
  const pages = leavesOf(file, name);
  const chosen = which === 'all' ? pages : [pages[Math.floor(pages.length / 2)] as number];
  const descriptor = openSync(file, 'r+');
  for (const page of chosen) writeSync(descriptor, Buffer.alloc(PAGE, 0xaa), 0, PAGE, (page - 1) * PAGE);
  closeSync(descriptor);
}

/** The pages below the root, from https://www.sqlite.org/fileformat.html#b_tree_pages: these trees have two levels. */
function leavesOf(file: string, name: string): number[] {
  const db = new Database(file, { readonly: true });
  const [root] = db.query('SELECT rootpage FROM sqlite_master WHERE name = ?').values(name)[0] as [number];
  db.close();
  const bytes = readFileSync(file).subarray((root - 1) * PAGE, root * PAGE);
  if (bytes[0] !== 2 && bytes[0] !== 5) throw new Error(`${name} has no page above its leaves`);
  const cells = bytes.readUInt16BE(3);
  const left = Array.from({ length: cells }, (_, index) => bytes.readUInt32BE(bytes.readUInt16BE(12 + index * 2)));
  return [...left, bytes.readUInt32BE(8)];
}
