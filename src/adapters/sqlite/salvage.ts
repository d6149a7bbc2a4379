import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { isDamage, isWhole, pastDamage, type StoredRow } from './damage.ts';

type Values = SQLQueryBindings[];
/** Source and target of a salvage. */
export type Salvage = {
  readonly from: Database;
  /** Undefined to only count what is readable. */
  readonly to: Database | undefined;
  readonly onProgress: (table: string, rows: number) => void;
};

export type TableSalvage = {
  readonly table: string;
  readonly rows: number;
  /** Places with unreadable rows. */
  readonly gaps: number;
  /** Readable rows that do not fit into the table: damage has changed their values. */
  readonly refused: number;
};

const BATCH = 500;
const LAST_ROWID = Number.MAX_SAFE_INTEGER;

/** Copies what is readable of a table with row numbers, around the damage. */
export function salvageTable({ from, to, onProgress }: Salvage, table: string): TableSalvage {
  const columns = columnsOf(from, table);
  const read = from.prepare(
    `SELECT rowid AS "rowid ", ${columns.join(', ')} FROM ${quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  );
  const put = to && inserter(to, table, columns);
  const found = { rows: 0, gaps: 0, refused: 0 };
  const take = ([, ...values]: Values) => {
    if (isFit(table, columns, values) && put?.(values) !== false) found.rows += 1;
    else found.refused += 1;
    if (found.rows % 10_000 === 0) onProgress(table, found.rows);
  };
  const cursor: Cursor = {
    ...{ after: -1, top: lastRowid(from, table) },
    read: (after, limit) => iterate(read.iterate(after, limit)),
    keyOf: (row) => Number(row[0]),
  };
  found.gaps = scan(cursor, take);
  read.finalize();
  return { table, ...found };
}

/** Whether the row can have been written. For most tables only the database can tell. */
function isFit(table: string, columns: readonly string[], values: Values): boolean {
  return table !== ENTRIES || isWhole({ ...asStored(columns, values), entry: null });
}

export type Channel = { readonly id: number; readonly name: string; readonly top: number; readonly first: number };
/** `lost`: publications that existed and are unreadable. */
export type ChannelSalvage = { readonly channel: string; readonly rows: number; readonly lost: number };

const PUBLICATIONS = 'publications';
const ENTRIES = 'entries';

/** Copies a channel's readable publications, around the damage. */
export function salvageChannel({ from, to }: Salvage, { id, name, top, first }: Channel): ChannelSalvage {
  const columns = columnsOf(from, PUBLICATIONS);
  const offsetAt = columns.indexOf('"offset"');
  const read = from.query(
    `SELECT ${columns.join(', ')} FROM publications WHERE channel_id = ? AND offset >= ? ORDER BY offset LIMIT ?`,
  );
  const readBack = from.query(
    `SELECT ${columns.join(', ')} FROM publications WHERE channel_id = ? AND offset <= ? ORDER BY offset DESC LIMIT ${BATCH}`,
  );
  const put = to && inserter(to, PUBLICATIONS, columns);
  let [rows, highest, lowest] = [0, 0, Number.POSITIVE_INFINITY];
  const take = (values: Values) => {
    if (!isWhole(asStored(columns, values)) || put?.(values) === false) return;
    rows += 1;
    highest = Math.max(highest, Number(values[offsetAt]));
    lowest = Math.min(lowest, Number(values[offsetAt]));
  };
  const cursor: Cursor = {
    ...{ after: 0, top: Math.max(top, first) },
    read: (after, limit) => iterate(read.iterate(id, after + 1, limit)),
    readBack: (to) => iterate(readBack.iterate(id, to)),
    keyOf: (row) => Number(row[offsetAt]),
  };
  scan(cursor, take);
  const last = Math.max(top, highest);
  to?.query('UPDATE channels SET top = ? WHERE id = ?').run(last, id);
  const due = last - Math.min(first, lowest) + 1;
  return { channel: name, rows, lost: Math.max(0, due - rows) };
}

type Cursor = {
  readonly after: number;
  readonly top: number;
  readonly read: (after: number, limit: number) => Iterable<Values>;
  /** From this key backwards. Only for trees with rows on inner pages too. */
  readonly readBack?: (from: number) => Iterable<Values>;
  readonly keyOf: (row: Values) => number;
};

/** Passes on each readable row in order, and returns the number of places with unreadable ones. */
function scan({ after, top, read, readBack, keyOf }: Cursor, take: (row: Values) => void): number {
  let [last, gaps] = [after, 0];
  for (;;) {
    let count = 0;
    try {
      for (const row of read(last, BATCH)) {
        // A damaged page can link backwards, and so loop forever.
        if (!(keyOf(row) > last)) throw Object.assign(new Error('rows out of order'), { code: 'SQLITE_CORRUPT' });
        take(row);
        last = keyOf(row);
        count += 1;
      }
      if (count < BATCH) return gaps;
    } catch (error) {
      if (!isDamage(error)) throw error;
      gaps += 1;
      const next = pastDamage((from) => canRead(read, from), { after: last, top, reverse: false });
      if (next === undefined) return gaps;
      // The first row after a damaged page is often on its parent page, and found only by scanning from the other side.
      for (const row of readable(readBack?.(next) ?? [])) if (keyOf(row) > last) take(row);
      last = next;
    }
  }
}

/** Rows up to the first unreadable one. */
export function* readable<T>(rows: Iterable<T>): Iterable<T> {
  try {
    yield* rows;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

function canRead(read: Cursor['read'], after: number): boolean {
  try {
    for (const _ of read(after, 1));
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** Rows as lists of values, in column order. */
function* iterate(rows: Iterable<unknown>): Iterable<Values> {
  for (const row of rows) yield Object.values(row as Record<string, SQLQueryBindings>);
}

function inserter(to: Database, table: string, columns: readonly string[]): (values: Values) => boolean {
  const marks = columns.map(() => '?').join(', ');
  const insert = to.query(`INSERT INTO ${quoted(table)} (${columns.join(', ')}) VALUES (${marks})`);
  return (values) => {
    try {
      insert.run(...values);
      return true;
    } catch (error) {
      if (String((error as { readonly code?: string }).code).startsWith('SQLITE_CONSTRAINT')) return false;
      throw error;
    }
  };
}

function columnsOf(db: Database, table: string): string[] {
  return db
    .query(`SELECT name FROM pragma_table_info(?)`)
    .values(table)
    .map(([name]) => quoted(String(name)));
}

function lastRowid(db: Database, table: string): number {
  try {
    return Number(db.query(`SELECT max(rowid) FROM ${quoted(table)}`).values()[0]?.[0] ?? 0);
  } catch (error) {
    if (isDamage(error)) return LAST_ROWID;
    throw error;
  }
}

function asStored(columns: readonly string[], values: Values): StoredRow {
  const named = Object.fromEntries(columns.map((column, index) => [column.slice(1, -1), values[index]]));
  return { info: null, tags: null, except_client: null, entry: null, ...named } as unknown as StoredRow;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
