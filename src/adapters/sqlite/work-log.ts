import type { Row, Sql, SqlValue, Statement } from '../../ports/sql.ts';
import type {
  DeadLetter,
  DeadLetterRange,
  Failure,
  LaneSize,
  Lease,
  Leased,
  NewWork,
  Work,
  WorkLog,
} from '../../ports/work-log.ts';

const INSERT =
  'INSERT INTO works (queue, lane, added_at, due_at, attempts, bytes, data) VALUES (?, ?, ?, 0, 0, ?, ?) RETURNING id';
/**
 * Jumps from lane to lane in the index, so that work behind a lane's first is not read. CROSS JOIN makes SQLite start
 * with the heads.
 */
const HEADS = `WITH RECURSIVE heads (id) AS (
    SELECT (SELECT id FROM works WHERE queue = ? AND died_at IS NULL ORDER BY lane, id LIMIT 1)
    UNION ALL
    SELECT (
      SELECT id FROM works
      WHERE queue = ? AND died_at IS NULL AND lane > (SELECT lane FROM works WHERE id = heads.id)
      ORDER BY lane, id LIMIT 1
    ) FROM heads WHERE heads.id IS NOT NULL
  )
  SELECT works.id, lane, due_at FROM heads CROSS JOIN works ON works.id = heads.id ORDER BY works.id`;
const WORK =
  'SELECT id, queue, lane, added_at, attempts, data FROM works WHERE id = ? AND due_at <= ? AND died_at IS NULL';
const DEAD_LETTER = 'SELECT id, queue, lane, added_at, attempts, died_at, reason, bytes';
const NEWEST = `${DEAD_LETTER} FROM works WHERE died_at IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?`;
const OLDEST = `${DEAD_LETTER} FROM works WHERE died_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?`;
const ONE_LETTER = `${DEAD_LETTER}, data FROM works WHERE id = ? AND died_at IS NOT NULL`;
const SIZES =
  'SELECT queue, lane, died_at IS NOT NULL AS dead, count(*) AS works, sum(bytes) AS bytes FROM works GROUP BY 1, 2, 3';
const REMOVE = 'DELETE FROM works WHERE id = ?';
const RETRY = 'UPDATE works SET attempts = attempts + 1, due_at = ? WHERE id = ? AND died_at IS NULL';
const MARK_DEAD = 'UPDATE works SET attempts = attempts + 1, died_at = ?, reason = ? WHERE id = ? AND died_at IS NULL';
const REVIVE =
  'UPDATE works SET attempts = 0, due_at = 0, died_at = NULL, reason = NULL WHERE id = ? AND died_at IS NOT NULL';

/**
 * Work in the table `works`, in the log's own file: the outbox. Leases are in memory, because only one process uses a
 * data folder: when it dies, there are none, and the next one continues at once.
 */
export class SqliteWorkLog implements WorkLog {
  readonly #sql: Sql;
  /** Leased work, by queue and lane: one per lane at a time. */
  readonly #leased = new Map<string, { readonly id: string; readonly until: number }>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async add(works: readonly NewWork[]): Promise<readonly string[]> {
    const statements = works.map(({ queue, lane, time, data }) =>
      statement(INSERT, queue, lane, time, Buffer.byteLength(data), data),
    );
    const results = await this.#sql.write(statements);
    return results.map(({ rows }) => String(rows[0]?.id));
  }

  async lease({ queue, now, until, limit }: Lease): Promise<Leased> {
    const due: { readonly id: string; readonly key: string }[] = [];
    let nextAt: number | undefined;
    for (const { id, lane, due_at } of await this.#sql.read(statement(HEADS, queue, queue))) {
      const key = keyOf({ queue, lane: String(lane) });
      const freeAt = Math.max(Number(due_at), this.#leased.get(key)?.until ?? 0);
      const isDue = freeAt <= now && due.length < limit;
      nextAt = Math.min(nextAt ?? until, isDue ? until : Math.max(freeAt, now));
      if (!isDue) continue;
      this.#leased.set(key, { id: String(id), until });
      due.push({ id: String(id), key });
    }
    const read = await Promise.all(due.map((each) => this.#take(each, now)));
    const works = read.flat().map(toWork);
    return { works, nextAt: works.length < due.length ? now : nextAt };
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#write(ids, (id) => statement(REMOVE, id));
  }

  async fail(id: string, failure: Failure): Promise<void> {
    const { at } = failure;
    await this.#write([id], () =>
      failure.kind === 'retry' ? statement(RETRY, at, id) : statement(MARK_DEAD, at, failure.reason, id),
    );
  }

  async revive(ids: readonly string[]): Promise<void> {
    await this.#sql.write(ids.map((id) => statement(REVIVE, id)));
  }

  async deadLetters({ after, limit, oldestFirst = false }: DeadLetterRange): Promise<readonly DeadLetter[]> {
    const from = after ?? (oldestFirst ? 0 : Number.MAX_SAFE_INTEGER);
    return (await this.#sql.read(statement(oldestFirst ? OLDEST : NEWEST, Number(from), limit))).map(toLetter);
  }

  async deadLetter(id: string): Promise<(DeadLetter & { readonly data: string }) | undefined> {
    const [row] = await this.#sql.read(statement(ONE_LETTER, id));
    return row && { ...toLetter(row), data: String(row.data) };
  }

  async sizes(): Promise<readonly LaneSize[]> {
    return (await this.#sql.read(statement(SIZES))).map(({ queue, lane, dead, works, bytes }) => ({
      ...{ queue: String(queue), lane: String(lane), dead: dead === 1 },
      ...{ works: Number(works), bytes: Number(bytes) },
    }));
  }

  /** Nothing if the work was settled since the heads were read. */
  async #take({ id, key }: { readonly id: string; readonly key: string }, now: number): Promise<readonly Row[]> {
    const rows = await this.#sql.read(statement(WORK, id, now));
    if (rows.length === 0) this.#leased.delete(key);
    return rows;
  }

  /** Records the outcome of leased work. If that cannot be written, the lease expires. */
  async #write(ids: readonly string[], change: (id: string) => Statement): Promise<void> {
    await this.#sql.write(ids.map(change));
    const settled = new Set(ids);
    for (const [key, { id }] of this.#leased) if (settled.has(id)) this.#leased.delete(key);
  }
}

function statement(sql: string, ...params: readonly SqlValue[]): Statement {
  return { sql, params };
}

function keyOf({ queue, lane }: Pick<Work, 'queue' | 'lane'>): string {
  return `${queue}\n${lane}`;
}

function toWork({ id, queue, lane, added_at, attempts, data }: Row): Work {
  return {
    ...{ id: String(id), queue: String(queue), lane: String(lane), time: Number(added_at) },
    ...{ attempts: Number(attempts), data: String(data) },
  };
}

function toLetter({ id, queue, lane, added_at, attempts, died_at, reason, bytes }: Row): DeadLetter {
  return {
    ...{ id: String(id), queue: String(queue), lane: String(lane), time: Number(added_at) },
    ...{ attempts: Number(attempts), failedAt: Number(died_at), reason: String(reason), bytes: Number(bytes) },
  };
}
