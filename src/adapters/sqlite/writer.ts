import type { Database, Statement } from 'bun:sqlite';
import type { MapEntry } from '../../ports/log.ts';
import type { SqlValue, WriteResult } from '../../ports/sql.ts';
import { isDamage } from './damage.ts';
import type { AppendRow, AppendRowOutcome, JobResults, MarkedWrite, Refusal } from './jobs.ts';
import { OFFSET_MARK } from './jobs.ts';
import { type StatementCache, statementCache } from './statement-cache.ts';

/** A recently written channel: cached instead of a read before every insert. */
type ChannelState = {
  readonly name: string;
  readonly id: number;
  top: number;
  first: number;
  /** As in the table. */
  expiresAt: number | null;
  dirty: boolean;
};

type Version = NonNullable<AppendRow[10]>;
/** For a set entry: its columns from `offset` on, and its version, if it has a new one. */
type Setting = { readonly columns: readonly SqlValue[]; readonly version: Version | null };

const CHANNELS_KEPT = 10_000;
/** Publications removed per sweep, which bounds how long appends wait for it. */
const SWEEP_BATCH = 5_000;

/** Appends and writes in the caller's transaction. Not safe to use after a rollback without `forget`. */
export class Writer {
  readonly #db: Database;
  readonly #epoch: string;
  readonly #statements: StatementCache;
  readonly #channels = new Map<string, ChannelState>();
  readonly #dirty: ChannelState[] = [];
  /** Channels whose appends hit damaged pages. */
  readonly #damaged = new Map<string, Refusal>();
  readonly #insert: Statement;
  readonly #byKey: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#statements = statementCache(db);
    this.#epoch = (db.query(`SELECT value FROM log_meta WHERE name = 'epoch'`).get() as { value: string }).value;
    this.#insert = db.prepare(
      'INSERT INTO publications (channel_id, offset, time, key, data, info, tags, except_client, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#byKey = db.prepare('SELECT offset, time FROM publications WHERE channel_id = ? AND key = ?');
  }

  append(rows: readonly AppendRow[]): JobResults['append'] {
    return { epoch: this.#epoch, outcomes: rows.map((row) => this.#appendOne(row)) };
  }

  /** How many channels refuse appends at once, because of damage. They do so until the program ends. */
  get damagedChannels(): number {
    return this.#damaged.size;
  }

  /** Like `append`, but slower: an error in one row refuses only that row. Throws only errors that affect all. */
  appendEach(rows: readonly AppendRow[]): JobResults['append'] {
    const outcomes = rows.map((row) => {
      try {
        return this.alone(() => this.#appendOne(row));
      } catch (error) {
        if (!this.#db.inTransaction || !isOfOneJob(error)) throw error;
        return refusal(error);
      }
    });
    return { epoch: this.#epoch, outcomes };
  }

  /** Runs a job so that it leaves no trace when it throws, whatever else is in the transaction. */
  alone<T>(job: () => T): T {
    this.#db.run('SAVEPOINT alone');
    try {
      const result = job();
      // Cached channel state must be in the database before a later job may evict it.
      this.flush();
      this.#db.run('RELEASE alone');
      return result;
    } catch (error) {
      this.forget();
      this.#undo('alone');
      throw error;
    }
  }

  /** All statements or none: a refused one rolls back those before it and throws. */
  write(statements: readonly (readonly [string, readonly SqlValue[]])[]): readonly WriteResult[] {
    this.#db.run('SAVEPOINT job');
    try {
      const results = statements.map(([sql, params]) => this.#run(sql, params));
      this.#db.run('RELEASE job');
      return results;
    } catch (error) {
      this.#undo('job');
      throw error;
    }
  }

  /** Removes a channel's publications; its top stays, so offsets continue. */
  trim(channel: string): JobResults['trim'] {
    const state = this.#channel(channel);
    this.#statements.prepare('DELETE FROM publications WHERE channel_id = ?').run(state.id);
    state.first = state.top + 1;
    state.expiresAt = null;
    this.#mark(state);
    return { epoch: this.#epoch, top: state.top };
  }

  /** Removes publications of channels that expired as a whole before `now`; returns whether there are more. */
  expire(now: number): boolean {
    // The table does not have the tops of channels written in this transaction yet.
    this.flush();
    const next = this.#statements.prepare(
      'SELECT name FROM channels WHERE expires_at <= ? ORDER BY expires_at LIMIT 1',
    );
    for (let left = SWEEP_BATCH; left > 0; ) {
      const found = next.get(now) as { name: string } | null;
      if (found === null) return false;
      const state = this.#channel(found.name);
      const to = Math.min(state.top, state.first + left - 1);
      left -= Math.max(1, to - state.first + 1);
      if (to === state.top) state.expiresAt = null;
      this.#deleteTo(state, to);
      this.flush();
    }
    return true;
  }

  /** Writes the tops of channels that grew. Call once before commit. */
  flush(): void {
    for (const state of this.#dirty) {
      this.#noting(state.name, () =>
        this.#statements
          .prepare('UPDATE channels SET top = ?, first = ?, expires_at = ? WHERE id = ?')
          .run(state.top, state.first, state.expiresAt, state.id),
      );
      state.dirty = false;
    }
    this.#dirty.length = 0;
    this.#forgetOldest();
  }

  /** Drops the cache; after a rollback it may be wrong. */
  forget(): void {
    this.#channels.clear();
    this.#dirty.length = 0;
  }

  close(): void {
    this.#statements.clear();
    this.#insert.finalize();
    this.#byKey.finalize();
    this.#db.close();
  }

  #appendOne(row: AppendRow): AppendRowOutcome {
    const [channel] = row;
    if (this.#damaged.size === 0) return this.#noting(channel, () => this.#appendNow(row));
    return this.#damaged.get(channel) ?? this.#noting(channel, () => this.#appendNow(row));
  }

  /** Records the channel if this hits damage. SQLite then refuses the rest of the transaction. */
  #noting<T>(channel: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (isDamage(error) && this.#damaged.size < CHANNELS_KEPT) {
        this.#damaged.set(channel, { ...refusal(error), mistake: true });
      }
      throw error;
    }
  }

  #appendNow(row: AppendRow): AppendRowOutcome {
    const [channel, data, time, key, info, tags, keepSize, keepMs, writes, except, version, entry] = row;
    const state = this.#channel(channel);
    if (key !== null) {
      const seen = this.#byKey.get(state.id, key) as { offset: number; time: number } | null;
      if (seen !== null) return [seen.offset, seen.time, true];
    }
    if (version !== null && entry === null && this.#isStale(state, version)) return [state.top, time, true];
    const offset = state.top + 1;
    const refused = writes === null ? undefined : this.#sideWrites(writes, offset);
    if (refused !== undefined) return refused;
    this.#insert.run(state.id, offset, time, key, data, info, tags, except, entry && JSON.stringify(entry));
    if (entry !== null)
      this.#fold(state.id, entry, { columns: [offset, time, data, info, tags, except, key], version });
    else if (version !== null) this.#keepVersion(state, version);
    state.top = offset;
    state.expiresAt = keepMs === 0 ? null : time + keepMs;
    this.#mark(state);
    if (keepSize > 0 || keepMs > 0) this.#expire(state, keepSize, keepMs === 0 ? 0 : time - keepMs);
    return [offset, time, false];
  }

  #isStale({ id }: ChannelState, [version, epoch]: Version): boolean {
    const last = this.#statements
      .prepare('SELECT version, version_epoch AS epoch FROM channel_versions WHERE channel_id = ?')
      .get(id) as { version: number; epoch: string } | null;
    return last !== null && (epoch === '' || epoch === last.epoch) && version <= last.version;
  }

  #keepVersion({ id }: ChannelState, [version, epoch]: Version): void {
    this.#statements
      .prepare('INSERT OR REPLACE INTO channel_versions (channel_id, version, version_epoch) VALUES (?, ?, ?)')
      .run(id, version, epoch);
  }

  /** Sets or removes the entry as the publication says. */
  #fold(channel: number, { key, removed }: MapEntry, { columns, version }: Setting): void {
    const last = this.#statements
      .prepare('DELETE FROM entries WHERE channel_id = ? AND key = ? RETURNING version, version_epoch AS epoch')
      .get(channel, key) as { version: number | null; epoch: string | null } | null;
    if (removed === true) return;
    const insert = this.#statements.prepare(
      'INSERT INTO entries (channel_id, key, offset, time, data, info, tags, except_client, message_key, version, version_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    insert.run(channel, key, ...columns, ...(version ?? [last?.version ?? null, last?.epoch ?? null]));
  }

  /** Why a constraint refused the writes, after rolling them back; undefined if all succeeded. */
  #sideWrites(writes: readonly MarkedWrite[], offset: number): Refusal | undefined {
    this.#db.run('SAVEPOINT side');
    try {
      for (const [sql, params] of writes) {
        this.#run(
          sql,
          params.map((param) => (param === OFFSET_MARK ? offset : param)),
        );
      }
      this.#db.run('RELEASE side');
      return undefined;
    } catch (error) {
      this.#undo('side');
      if (isConstraint(error)) return refusal(error);
      throw error;
    }
  }

  /** Does nothing if the error has ended the whole transaction, as a full disk does. */
  #undo(savepoint: string): void {
    if (!this.#db.inTransaction) return;
    this.#db.run(`ROLLBACK TO ${savepoint}`);
    this.#db.run(`RELEASE ${savepoint}`);
  }

  #run(sql: string, params: readonly SqlValue[]): WriteResult {
    const statement = this.#statements.prepare(sql);
    if (statement.columnNames.length > 0) {
      const rows = statement.all(...params) as WriteResult['rows'];
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: statement.run(...params).changes };
  }

  #channel(name: string): ChannelState {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const stored = this.#statements
      .prepare(
        'INSERT INTO channels (name, top, first) VALUES (?, 0, 1) ON CONFLICT (name) DO UPDATE SET name = name RETURNING name, id, top, first, expires_at AS expiresAt',
      )
      .get(name) as Omit<ChannelState, 'dirty'>;
    const state = { ...stored, dirty: false };
    this.#channels.set(name, state);
    return state;
  }

  /** Evicts the channels loaded longest ago; only if none waits for `flush`. */
  #forgetOldest(): void {
    for (const name of this.#channels.keys()) {
      if (this.#channels.size <= CHANNELS_KEPT) return;
      this.#channels.delete(name);
    }
  }

  #mark(state: ChannelState): void {
    if (state.dirty) return;
    state.dirty = true;
    this.#dirty.push(state);
  }

  #expire(state: ChannelState, keepSize: number, olderThan: number): void {
    const bySize = keepSize > 0 ? state.top - keepSize : 0;
    // Trimming a little late spares most appends a delete; reads hide what is over the limit.
    const slack = Math.min(100, Math.ceil(keepSize / 10));
    if (keepSize > 0 && bySize - state.first >= slack) this.#deleteTo(state, bySize);
    if (olderThan > 0) {
      const expired = this.#statements
        .prepare(
          'SELECT max(offset) AS offset FROM (SELECT offset, time FROM publications WHERE channel_id = ? ORDER BY offset LIMIT 100) WHERE time < ?',
        )
        .get(state.id, olderThan) as { offset: number | null };
      if (expired.offset !== null) this.#deleteTo(state, expired.offset);
    }
  }

  #deleteTo(state: ChannelState, offset: number): void {
    this.#statements.prepare('DELETE FROM publications WHERE channel_id = ? AND offset <= ?').run(state.id, offset);
    state.first = offset + 1;
    this.#mark(state);
  }
}

function refusal(error: unknown): Refusal {
  const refused = (error as Error).message;
  return isConstraint(error) ? { refused } : { refused, mistake: true };
}

/** Error codes of invalid SQL or values, with '' for Bun's own refusal of invalid SQL values. */
const MISTAKES = ['SQLITE_ERROR', 'SQLITE_RANGE', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG', ''];

/** Whether the job itself is wrong, rather than the disk or the database. */
export function isOfOneJob(error: unknown): boolean {
  return isConstraint(error) || MISTAKES.includes((error as { code?: string }).code ?? '');
}

export function isConstraint(error: unknown): boolean {
  return ((error as { code?: string }).code ?? '').startsWith('SQLITE_CONSTRAINT');
}
