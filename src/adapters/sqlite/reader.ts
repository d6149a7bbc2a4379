import type { Database } from 'bun:sqlite';
import { PAGE_BYTES } from '../../ports/log.ts';
import type { Row, SqlValue } from '../../ports/sql.ts';
import type { Job, JobResults, ReadRow } from './jobs.ts';
import { type StatementCache, statementCache } from './statement-cache.ts';

type ReadJob = Extract<Job, { kind: 'read' }>;

const FORWARD =
  'SELECT offset, time, data, info, tags, except_client, entry FROM publications WHERE channel_id = ? AND offset > ? ORDER BY offset LIMIT ?';
const REVERSE =
  'SELECT offset, time, data, info, tags, except_client, entry FROM publications WHERE channel_id = ? AND offset < ? ORDER BY offset DESC LIMIT ?';

/** Of the entries the key stands in the place of `entry`. */
const ENTRIES =
  'SELECT offset, time, data, info, tags, except_client, key AS entry FROM entries WHERE channel_id = ? AND key > ? ORDER BY key LIMIT ?';

type ChannelRow = { readonly id: number; readonly top: number; readonly first: number };
type StoredRow = {
  readonly offset: number;
  readonly time: number;
  readonly data: string;
  readonly info: string | null;
  readonly tags: string | null;
  readonly except_client: string | null;
  readonly entry: string | null;
};

/** As many of the rows as a page carries. */
function firstPage(stored: Iterable<StoredRow>): readonly ReadRow[] {
  const rows: ReadRow[] = [];
  let bytes = 0;
  for (const { offset, time, data, info, tags, except_client: except, entry } of stored) {
    bytes += Buffer.byteLength(data) + Buffer.byteLength(info ?? '') + Buffer.byteLength(tags ?? '');
    if (bytes > PAGE_BYTES && rows.length > 0) break;
    rows.push([offset, time, data, info, tags, except, entry]);
  }
  return rows;
}

/** Reads from WAL snapshots; each call sees all that was committed before it. */
export class Reader {
  readonly #db: Database;
  readonly #statements: StatementCache;
  readonly #epoch: string;

  constructor(db: Database) {
    this.#db = db;
    this.#statements = statementCache(db);
    this.#epoch = (db.query(`SELECT value FROM log_meta WHERE name = 'epoch'`).get() as { value: string }).value;
  }

  /** A page and the channel's top from one snapshot, see `Page`; `limit` 0 gives the top alone. */
  read(job: ReadJob): JobResults['read'] {
    const channel = this.#statements.prepare('SELECT id, top, first FROM channels WHERE name = ?');
    if (job.limit === 0) {
      return this.#without(channel.get(job.channel) as ChannelRow | null);
    }
    // Left by a COMMIT that failed: no page could be read any more.
    if (this.#db.inTransaction) this.#db.run('ROLLBACK');
    this.#statements.prepare('BEGIN').run();
    try {
      const found = channel.get(job.channel) as ChannelRow | null;
      if (found === null) return this.#without(found);
      const page = this.#statements.prepare(job.reverse ? REVERSE : FORWARD);
      const stored = page.iterate(found.id, job.after, job.limit) as IterableIterator<StoredRow>;
      return { ...this.#without(found), rows: firstPage(stored) };
    } finally {
      this.#statements.prepare('COMMIT').run();
    }
  }

  /** A page of a map's entries, in the order of their keys. */
  entries({ channel, after, limit }: Extract<Job, { kind: 'entries' }>): readonly ReadRow[] {
    const found = this.#statements
      .prepare('SELECT id, top, first FROM channels WHERE name = ?')
      .get(channel) as ChannelRow | null;
    if (found === null) return [];
    const stored = this.#statements.prepare(ENTRIES).iterate(found.id, after, limit) as IterableIterator<StoredRow>;
    return firstPage(stored).map(withKey);
  }

  /** Without publications. */
  #without(found: ChannelRow | null): JobResults['read'] {
    return { epoch: this.#epoch, top: found?.top ?? 0, first: found?.first ?? 1, rows: [] };
  }

  query(sql: string, params: readonly SqlValue[]): readonly Row[] {
    return this.#statements.prepare(sql).all(...params) as readonly Row[];
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}

function withKey([offset, time, data, info, tags, except, key]: ReadRow): ReadRow {
  return [offset, time, data, info, tags, except, JSON.stringify({ key })];
}
