import { Database } from 'bun:sqlite';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDamage } from './damage.ts';
import { DATABASE_FILE, DataFolderError, lockFolder, orUnusable, REPAIRED_SUFFIX, whyMissing } from './open.ts';
import { openExisting } from './open-existing.ts';
import { findDamage } from './quick-check.ts';
import {
  type Channel,
  type ChannelSalvage,
  readable,
  type Salvage,
  salvageChannel,
  salvageTable,
  type TableSalvage,
} from './salvage.ts';

const UNFINISHED_SUFFIX = '.repairing';

export type RepairSettings = {
  readonly folder: string;
  /** Inspects only, and writes nothing. */
  readonly dryRun: boolean;
  readonly onProgress: (table: string, rows: number) => void;
};

export type RepairReport = {
  /** What SQLite finds broken in the pages. */
  readonly problems: readonly string[];
  readonly tables: readonly TableSalvage[];
  /** Channels that have lost publications. */
  readonly channels: readonly ChannelSalvage[];
  /** Readable publications. */
  readonly publications: number;
  /** Nothing was damaged. */
  readonly isWhole: boolean;
  /** Where the damaged database is kept; undefined if none was replaced. */
  readonly keptAs: string | undefined;
};

/**
 * Copies what is readable of a damaged database into a new one, which replaces it; the damaged one is kept beside it.
 * The new one is another file, so that the next start begins a new epoch. Until it is complete, only a file with
 * another name is written: an interrupted repair starts again, or is finished if it was almost done.
 *
 * @throws DataFolderError if the folder is in use, or too little is readable.
 */
export function repairDatabase(settings: RepairSettings): RepairReport {
  const { folder, dryRun } = settings;
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(folder)) throw new DataFolderError(`there is no folder ${folder}`);
  const lock = lockFolder(folder);
  try {
    if (existsSync(`${file}${REPAIRED_SUFFIX}`)) return finished(file, settings);
    const why = whyMissing(folder) ?? (existsSync(file) ? undefined : `there is no ${file}`);
    if (why !== undefined) throw new DataFolderError(why);
    return orUnusable(file, () => (dryRun ? look(file, settings) : repair(file, settings)));
  } finally {
    rmSync(`${file}${UNFINISHED_SUFFIX}`, { force: true });
    lock.release();
  }
}

/** The previous repair was interrupted between two renames. */
function finished(file: string, { dryRun }: RepairSettings): RepairReport {
  const keptAs = dryRun ? undefined : putInPlace(file);
  return { problems: [], tables: [], channels: [], publications: 0, isWhole: false, keptAs };
}

function look(file: string, { onProgress }: RepairSettings): RepairReport {
  const from = openExisting(file);
  try {
    return judged(from, take({ from, to: undefined, onProgress }));
  } finally {
    from.close();
  }
}

function repair(file: string, { onProgress }: RepairSettings): RepairReport {
  const unfinished = `${file}${UNFINISHED_SUFFIX}`;
  rmSync(unfinished, { force: true });
  const from = openExisting(file);
  const to = new Database(unfinished, { create: true, strict: true });
  let report: RepairReport;
  try {
    // The file is renamed only when it is complete and synced.
    for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'foreign_keys = OFF']) to.run(`PRAGMA ${pragma}`);
    report = judged(from, take({ from, to, onProgress }));
    to.run('PRAGMA journal_mode = WAL');
  } finally {
    to.close();
    from.close();
  }
  if (report.isWhole) return report;
  sync(unfinished);
  renameSync(unfinished, `${file}${REPAIRED_SUFFIX}`);
  return { ...report, keptAs: putInPlace(file) };
}

function judged(from: Database, taken: SalvageCounts): RepairReport {
  const problems = findDamage(from);
  const isRead = taken.channels.length === 0 && taken.tables.every(({ gaps, refused }) => gaps + refused === 0);
  return { ...taken, problems, isWhole: isRead && problems.length === 0, keptAs: undefined };
}

/** Returns the name of the damaged one. Each step can be finished by calling this again. */
function putInPlace(file: string): string {
  const repaired = `${file}${REPAIRED_SUFFIX}`;
  // The same name on each call for this repair.
  const kept = `${file}.damaged-${new Date(statSync(repaired).mtimeMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  for (const suffix of ['', '-wal']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${kept}${suffix}`);
  }
  rmSync(`${file}-shm`, { force: true });
  renameSync(repaired, file);
  sync(join(file, '..'));
  return kept;
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

type SalvageCounts = Pick<RepairReport, 'tables' | 'channels' | 'publications'>;

function take(salvage: Salvage): SalvageCounts {
  const { from, to } = salvage;
  const schema = from.query(SCHEMA).all() as readonly { type: string; name: string; sql: string }[];
  const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => name);
  if (!tables.includes('schema_steps')) throw new DataFolderError('it contains no readable tables of Banyan');
  for (const { type, sql } of schema) if (type === 'table') to?.run(sql);
  to?.run('BEGIN');
  const taken = tables
    .filter((name) => !TABLES_WITHOUT_ROWID.includes(name))
    .map((name) => salvageTable(salvage, name));
  takeSteps(salvage);
  takeMeta(salvage);
  const channels = takeHistory(salvage);
  to?.run('COMMIT');
  for (const { type, sql } of schema) if (type !== 'table') to?.run(sql);
  return {
    tables: taken,
    channels: channels.filter(({ lost }) => lost > 0),
    publications: channels.reduce((sum, { rows }) => sum + rows, 0),
  };
}

const SCHEMA = `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
/** Tables without row numbers. */
const TABLES_WITHOUT_ROWID = ['schema_steps', 'log_meta', 'publications'];

/** Without them the schema version of the tables is unknown. */
function takeSteps({ from, to }: Salvage): void {
  const put = to?.query('INSERT INTO schema_steps (id, applied_at) VALUES (?, ?)');
  for (const [id, at] of from.query('SELECT id, applied_at FROM schema_steps').values())
    put?.run(String(id), Number(at));
}

/** Always in a new epoch. Without the other marks the next start begins yet another one. */
function takeMeta({ from, to }: Salvage): void {
  const put = to?.query('INSERT OR REPLACE INTO log_meta (name, value) VALUES (?, ?)');
  try {
    for (const [name, value] of from.query('SELECT name, value FROM log_meta').values())
      put?.run(String(name), String(value));
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  put?.run('epoch', randomBytes(4).toString('hex'));
}

function takeHistory(salvage: Salvage): ChannelSalvage[] {
  const { from, to, onProgress } = salvage;
  const put = to?.query('INSERT OR IGNORE INTO channels (id, name, top, first) VALUES (?, ?, ?, ?)');
  let rows = 0;
  return channelsOf(from, to).map((channel) => {
    put?.run(channel.id, channel.name, channel.top, channel.first);
    const salvaged = salvageChannel(salvage, channel);
    if (Math.floor((rows + salvaged.rows) / 10_000) > Math.floor(rows / 10_000)) onProgress('publications', rows);
    rows += salvaged.rows;
    return salvaged;
  });
}

/** Those of the table, and those known only to the index by name. */
function channelsOf(from: Database, to: Database | undefined): Channel[] {
  const known = new Map<number, Channel>();
  for (const row of readable(from.query('SELECT id, name, top, first FROM channels ORDER BY id').iterate())) {
    const { id, name, top, first } = row as Channel;
    if (typeof name === 'string' && Number.isSafeInteger(top) && Number.isSafeInteger(first))
      known.set(id, { id, name, top, first });
  }
  for (const row of to?.query('SELECT id, name, top, first FROM channels').all() ?? []) {
    const channel = row as Channel;
    known.set(channel.id, channel);
  }
  for (const order of ['ASC', 'DESC']) {
    const byName = `SELECT id, name FROM channels INDEXED BY sqlite_autoindex_channels_1 ORDER BY name ${order}`;
    for (const row of readable(from.query(byName).iterate())) {
      const { id, name } = row as Channel;
      if (!known.has(id) && typeof name === 'string') known.set(id, { id, name, top: 0, first: 1 });
    }
  }
  return [...known.values()];
}
