import type { Database } from 'bun:sqlite';

const MOST_PROBLEMS = 100;

/** What SQLite finds broken in the pages of the database, with the names of the tables; empty when it is whole. */
export function findDamage(db: Database, most = MOST_PROBLEMS): string[] {
  try {
    const found = db.query(`PRAGMA quick_check(${most})`).values().flat().map(String);
    const names = treeNames(db);
    // One text can tell of several places, each on a line, under a line that names the database.
    const lines = found.flatMap((text) => text.split('\n')).filter((line) => line !== 'ok' && !line.startsWith('***'));
    return lines.map((line) => line.replace(/^Tree (\d+)/, (tree, root) => names.get(Number(root)) ?? tree));
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Tables and indexes by the page at which their tree begins. */
function treeNames(db: Database): ReadonlyMap<number, string> {
  const rows = db.query('SELECT rootpage, name FROM sqlite_master WHERE rootpage > 0').values();
  return new Map(rows.map(([root, name]) => [Number(root), String(name)]));
}
