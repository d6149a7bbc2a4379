import type { Database } from 'bun:sqlite';
import { PAGE_BYTES } from '../../ports/log.ts';
import type { Row, SqlValue } from '../../ports/sql.ts';
import { isDamage, isWhole, pastDamage, type StoredRow } from './damage.ts';
import { EntryReader } from './entry-reader.ts';
import type { Job, JobResults, ReadRow } from './jobs.ts';
import { type StatementCache, statementCache } from './statement-cache.ts';

type ReadJob = Extract<Job, { kind: 'read' }>;

const FORWARD =
  'SELECT offset, time, data, info, tags, except_client, entry FROM publications WHERE channel_id = ? AND offset >= ? ORDER BY offset LIMIT ?';
const REVERSE =
  'SELECT offset, time, data, info, tags, except_client, entry FROM publications WHERE channel_id = ? AND offset <= ? ORDER BY offset DESC LIMIT ?';

type ChannelRow = { readonly id: number; readonly top: number; readonly first: number };

/** Reads from WAL snapshots; each call sees everything committed before it. */
export class Reader {
  readonly #db: Database;
  readonly #statements: StatementCache;
  readonly #entries: EntryReader;
  readonly #epoch: string;

  /** Rows are verified: SQLite detects damage in a page's structure, not in its rows. */
  #isSuspect: boolean;

  constructor(db: Database, isSuspect: boolean) {
    this.#isSuspect = isSuspect;
    this.#db = db;
    this.#statements = statementCache(db);
    this.#entries = new EntryReader(this.#statements, isSuspect);
    this.#epoch = (db.query(`SELECT value FROM log_meta WHERE name = 'epoch'`).get() as { value: string }).value;
  }

  /** A page and the channel's top from one snapshot, see `Page`; `limit` 0 returns only the top. */
  read(job: ReadJob): JobResults['read'] {
    this.#leaveSnapshot();
    if (job.limit === 0) return this.#without(this.#channel(job.channel));
    return this.#inSnapshot(() => {
      const found = this.#channel(job.channel);
      if (found === null) return this.#without(found);
      return { ...this.#without(found), ...this.#page(job, found) };
    });
  }

  /** A page of a map's entries, in key order; around damage, the readable ones. */
  entries({ channel, after, limit }: Extract<Job, { kind: 'entries' }>): JobResults['entries'] {
    this.#leaveSnapshot();
    return this.#inSnapshot(() => {
      const found = this.#channel(channel);
      return found === null ? { rows: [] } : this.#entries.page(found.id, after, limit);
    });
  }

  query(sql: string, params: readonly SqlValue[]): readonly Row[] {
    this.#leaveSnapshot();
    return this.#statements.prepare(sql).all(...params) as readonly Row[];
  }

  #channel(name: string): ChannelRow | null {
    return this.#statements
      .prepare('SELECT id, top, first FROM channels WHERE name = ?')
      .get(name) as ChannelRow | null;
  }

  /** A failed COMMIT leaves a transaction open, in which nothing new is visible, and no other can begin. */
  #leaveSnapshot(): void {
    if (this.#db.inTransaction) this.#db.run('ROLLBACK');
  }

  #inSnapshot<T>(read: () => T): T {
    this.#statements.prepare('BEGIN').run();
    try {
      return read();
    } finally {
      this.#endSnapshot();
    }
  }

  /** After a read that hit damage this cleans up, and rethrows the read's error. */
  #endSnapshot(): void {
    try {
      this.#statements.prepare('COMMIT').run();
    } catch (error) {
      if (!isDamage(error) || this.#db.inTransaction) throw error;
    }
  }

  /** As many rows as fit a page; around damage, those before it, or else the first ones after it. */
  #page(job: ReadJob, { id, top }: ChannelRow): Pick<JobResults['read'], 'rows' | 'damaged'> {
    const rows: ReadRow[] = [];
    let after = Math.min(job.after, top + 1);
    while (!this.#collect({ ...job, after }, id, rows)) {
      this.#isSuspect = true;
      if (rows.length > 0) return { rows, damaged: true };
      const next = pastDamage((from) => this.#canRead({ ...job, after: from }, id), { ...job, after, top });
      if (next === undefined) return { rows, damaged: true };
      rows.push(...this.#edge({ ...job, after }, id, next));
      after = next;
    }
    return after === Math.min(job.after, top + 1) ? { rows } : { rows, damaged: true };
  }

  /** False if it hit damage. */
  #collect(job: ReadJob, id: number, rows: ReadRow[]): boolean {
    let bytes = 0;
    let last = job.after;
    try {
      for (const stored of this.#stored(job, id, job.limit)) {
        const { offset, time, data, info, tags, except_client: except, entry } = stored;
        if (this.#isSuspect && !(isWhole(stored) && (job.reverse ? offset < last : offset > last))) return false;
        last = offset;
        bytes += Buffer.byteLength(data) + Buffer.byteLength(info ?? '') + Buffer.byteLength(tags ?? '');
        if (bytes > PAGE_BYTES && rows.length > 0) break;
        rows.push([offset, time, data, info, tags, except, entry]);
      }
      return true;
    } catch (error) {
      if (isDamage(error) || error instanceof TypeError) return false;
      throw error;
    }
  }

  /**
   * What lies between the damage after `after` and `next`. The first row after a damaged page is often on its parent
   * page, and found only by scanning from the other side.
   */
  #edge(job: ReadJob, id: number, next: number): readonly ReadRow[] {
    const rows: ReadRow[] = [];
    const reverse = !job.reverse;
    this.#collect({ ...job, reverse, after: reverse ? next + 1 : next - 1 }, id, rows);
    return rows.filter(([offset]) => (reverse ? offset > job.after : offset < job.after)).reverse();
  }

  #canRead(job: ReadJob, id: number): boolean {
    try {
      return [...this.#stored(job, id, 1)].every(isWhole);
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  #stored(job: ReadJob, id: number, limit: number): IterableIterator<StoredRow> {
    const page = this.#statements.prepare(job.reverse ? REVERSE : FORWARD);
    return page.iterate(id, job.reverse ? job.after - 1 : job.after + 1, limit) as IterableIterator<StoredRow>;
  }

  /** Without publications. */
  #without(found: ChannelRow | null): JobResults['read'] {
    return { epoch: this.#epoch, top: found?.top ?? 0, first: found?.first ?? 1, rows: [] };
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
