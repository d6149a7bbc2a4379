import { PAGE_BYTES } from '../../ports/log.ts';
import { isDamage, isWhole, type StoredRow } from './damage.ts';
import type { EntryRow, JobResults } from './jobs.ts';
import type { StatementCache } from './statement-cache.ts';

type StoredEntry = Omit<StoredRow, 'entry'> & {
  readonly key: string;
  readonly message_key: string | null;
  readonly version: number | null;
  readonly version_epoch: string | null;
};
type Keys = { readonly keys: readonly string[]; readonly isDamaged: boolean };

const COLUMNS = 'key, offset, time, data, info, tags, except_client, message_key, version, version_epoch';
const PAGE = `SELECT ${COLUMNS} FROM entries WHERE channel_id = ? AND key > ? ORDER BY key LIMIT ?`;
const ONE = `SELECT ${COLUMNS} FROM entries WHERE channel_id = ? AND key = ?`;
/** From the index only, which is on other pages than the entries. */
const KEYS = 'SELECT key FROM entries WHERE channel_id = ? AND key > ? ORDER BY key LIMIT ?';
const KEYS_BACK = 'SELECT key FROM entries WHERE channel_id = ? AND key > ? ORDER BY key DESC';

/** Reads pages of a map's entries, within the caller's snapshot. */
export class EntryReader {
  readonly #statements: StatementCache;
  /** Rows are verified, as in `Reader`. */
  #isSuspect: boolean;

  constructor(statements: StatementCache, isSuspect: boolean) {
    this.#statements = statements;
    this.#isSuspect = isSuspect;
  }

  /**
   * Entries after the key, in key order, without unreadable ones. Throws if none of the map is readable although it has
   * some: that must not look like an empty map.
   */
  page(channel: number, after: string, limit: number): JobResults['entries'] {
    if (!this.#isSuspect) {
      try {
        return { rows: firstPage(this.#stored(channel, after, limit)) };
      } catch (error) {
        if (!isDamage(error) && !(error instanceof TypeError)) throw error;
        this.#isSuspect = true;
      }
    }
    return this.#around(channel, after, limit);
  }

  /** Entry by entry. */
  #around(channel: number, after: string, limit: number): JobResults['entries'] {
    let isAnyDamaged = false;
    for (let last = after; ; ) {
      const { keys, isDamaged } = this.#keys(channel, last, limit);
      isAnyDamaged ||= isDamaged;
      const rows = firstPage(
        this.#readable(channel, keys, () => {
          isAnyDamaged = true;
        }),
      );
      const next = keys.at(-1);
      if (rows.length === 0 && next !== undefined) {
        last = next;
        continue;
      }
      if (rows.length === 0 && isAnyDamaged && after === '') throw unreadable();
      return isAnyDamaged ? { rows, damaged: true } : { rows };
    }
  }

  *#readable(channel: number, keys: readonly string[], onDamage: () => void): Iterable<StoredEntry> {
    for (const key of keys) {
      const stored = this.#entry(channel, key);
      if (stored === undefined) onDamage();
      else yield stored;
    }
  }

  /** The next keys; after a damaged page of the index, those found by scanning from its other end. */
  #keys(channel: number, after: string, limit: number): Keys {
    const keys: string[] = [];
    const isOrdered = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
    const isRead = this.#walk(KEYS, [channel, after, limit], (key) => {
      if (!isOrdered(keys.at(-1) ?? after, key)) return false;
      keys.push(key);
      return true;
    });
    if (isRead) return { keys, isDamaged: false };
    if (keys.length > 0) return { keys, isDamaged: true };
    this.#walk(KEYS_BACK, [channel, after], (key) => {
      const last = keys.at(-1);
      if (!isOrdered(after, key) || (last !== undefined && !isOrdered(key, last))) return false;
      keys.push(key);
      return true;
    });
    return { keys: keys.reverse().slice(0, limit), isDamaged: true };
  }

  /** False if it hit damage; `take` says whether a key can be the next one. */
  #walk(sql: string, params: readonly (string | number)[], take: (key: string) => boolean): boolean {
    try {
      for (const row of this.#statements.prepare(sql).iterate(...params)) {
        const { key } = row as { key: unknown };
        if (typeof key !== 'string' || !take(key)) return false;
      }
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  /** Undefined if unreadable. */
  #entry(channel: number, key: string): StoredEntry | undefined {
    try {
      const stored = this.#statements.prepare(ONE).get(channel, key) as StoredEntry | null;
      return stored !== null && isWholeEntry(stored) ? stored : undefined;
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  #stored(channel: number, after: string, limit: number): IterableIterator<StoredEntry> {
    return this.#statements.prepare(PAGE).iterate(channel, after, limit) as IterableIterator<StoredEntry>;
  }
}

function isWholeEntry(stored: StoredEntry): boolean {
  const { message_key: key, version, version_epoch: epoch } = stored;
  return (
    isWhole({ ...stored, entry: null }) &&
    (key === null || typeof key === 'string') &&
    (version === null || (Number.isSafeInteger(version) && typeof epoch === 'string'))
  );
}

/** As many entries as fit a page. */
function firstPage(stored: Iterable<StoredEntry>): readonly EntryRow[] {
  const rows: EntryRow[] = [];
  let bytes = 0;
  for (const { key, offset, time, data, info, tags, except_client: except, ...more } of stored) {
    bytes += Buffer.byteLength(data) + Buffer.byteLength(info ?? '') + Buffer.byteLength(tags ?? '');
    if (bytes > PAGE_BYTES && rows.length > 0) break;
    const { message_key: messageKey, version, version_epoch: epoch } = more;
    const publication = [offset, time, data, info, tags, except, JSON.stringify({ key })] as const;
    rows.push([publication, messageKey, version === null ? null : [version, epoch ?? '']]);
  }
  return rows;
}

function unreadable(): Error {
  return Object.assign(new Error('no entry of the map can be read: pages of the database are malformed'), {
    code: 'SQLITE_CORRUPT',
  });
}
