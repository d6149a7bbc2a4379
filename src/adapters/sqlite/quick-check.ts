import type { Database } from 'bun:sqlite';

const MAX_PROBLEMS = 100;

/** What SQLite finds broken in the pages of the database, with table names; empty if it is healthy. */
export function findDamage(db: Database, most = MAX_PROBLEMS): string[] {
  const { problems, hasEnded } = check(db, `PRAGMA quick_check(${most})`);
  // The check itself can fail at damage: then the tables are checked one by one.
  const found = hasEnded ? problems : [...problems, ...checkTables(db)];
  const names = treeNames(db);
  const named = found.map((line) => line.replace(/^Tree (\d+)/, (tree, root) => names.get(Number(root)) ?? tree));
  return [...new Set(named)].slice(0, most);
}

type Checked = { readonly problems: string[]; readonly hasEnded: boolean };

function check(db: Database, pragma: string): Checked {
  const problems: string[] = [];
  try {
    for (const row of db.prepare(pragma).iterate()) {
      // One text can report several places, one per line, below a line with the database's name.
      const lines = Object.values(row as object)
        .join('\n')
        .split('\n');
      problems.push(...lines.filter((line) => line !== 'ok' && line !== '' && !line.startsWith('***')));
    }
    return { problems, hasEnded: true };
  } catch (error) {
    if (problems.length === 0) problems.push((error as Error).message);
    return { problems, hasEnded: false };
  }
}

function checkTables(db: Database): string[] {
  try {
    const tables = db.query(`SELECT name FROM sqlite_master WHERE type = 'table'`).values().flat().map(String);
    return tables.flatMap((table) =>
      check(db, `PRAGMA quick_check("${table}")`).problems.map((problem) =>
        problem.startsWith('Tree') ? problem : `${table}: ${problem}`,
      ),
    );
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Tables and indexes by the root page of their tree. */
function treeNames(db: Database): ReadonlyMap<number, string> {
  try {
    const rows = db.query('SELECT rootpage, name FROM sqlite_master WHERE rootpage > 0').values();
    return new Map(rows.map(([root, name]) => [Number(root), String(name)]));
  } catch {
    return new Map();
  }
}
