import type { AppendOutcome, MapEntry, Page, Publication, StoredEntry } from '../../ports/log.ts';
import type { Row, SqlValue, WriteResult } from '../../ports/sql.ts';

/** In a write's parameters, where the publication's offset goes: no SQL value is `true`. */
export const OFFSET_MARK = true;
export type MarkedParam = SqlValue | typeof OFFSET_MARK;
export type MarkedWrite = readonly [sql: string, params: readonly MarkedParam[]];

/** A publication on its way to the worker, flat because flat arrays cross threads fastest. */
export type AppendRow = readonly [
  channel: string,
  data: string,
  time: number,
  key: string | null,
  info: string | null,
  tags: string | null,
  keepSize: number,
  keepMs: number,
  writes: readonly MarkedWrite[] | null,
  except: string | null,
  version: readonly [number: number, epoch: string] | null,
  entry: MapEntry | null,
];

export type ReadRow = readonly [
  offset: number,
  time: number,
  data: string,
  info: string | null,
  tags: string | null,
  except: string | null,
  entry: string | null,
];

export type EntryRow = readonly [
  publication: ReadRow,
  key: string | null,
  version: readonly [number: number, epoch: string] | null,
];

/** What the main thread asks of a worker. The reader serves `read`, `entries` and `query`, the writer the rest. */
export type Job =
  | { readonly kind: 'append'; readonly rows: readonly AppendRow[] }
  | { readonly kind: 'write'; readonly statements: readonly (readonly [string, readonly SqlValue[]])[] }
  | { readonly kind: 'trim'; readonly channel: string }
  | { readonly kind: 'expire'; readonly now: number }
  /** Brings what is left of the write-ahead log into the database, so that the next transaction begins it anew. */
  | { readonly kind: 'checkpoint' }
  | {
      readonly kind: 'read';
      readonly channel: string;
      readonly after: number;
      readonly limit: number;
      readonly reverse: boolean;
    }
  | { readonly kind: 'entries'; readonly channel: string; readonly after: string; readonly limit: number }
  | { readonly kind: 'query'; readonly sql: string; readonly params: readonly SqlValue[] };

/** An append's outcome: position and time, or why it was refused. */
export type AppendRowOutcome = readonly [offset: number, time: number, repeated: boolean] | Refusal;
export type Refusal = { readonly refused: string; readonly mistake?: true };

export type JobResults = {
  append: { readonly epoch: string; readonly outcomes: readonly AppendRowOutcome[] };
  write: readonly WriteResult[];
  trim: { readonly epoch: string; readonly top: number };
  /** Whether there is more to let go of. */
  expire: boolean;
  checkpoint: null;
  /**
   * `first`: the offset of the oldest publication that is kept, or of the next one. `damaged`: something before the first row,
   * or behind the last one, cannot be read.
   */
  read: {
    readonly epoch: string;
    readonly top: number;
    readonly first: number;
    readonly rows: readonly ReadRow[];
    readonly damaged?: true;
  };
  /** `damaged`: entries that cannot be read were passed over. */
  entries: { readonly rows: readonly EntryRow[]; readonly damaged?: true };
  query: readonly Row[];
};

export type Request = { readonly id: number; readonly job: Job };

export type Answer =
  | { readonly id: number; readonly ok: true; readonly result: JobResults[Job['kind']] }
  | {
      readonly id: number;
      readonly ok: false;
      readonly constraint: boolean;
      readonly message: string;
      /** Of SQLite, or of `FilesGoneError`; empty where there is none. */
      readonly code: string;
    };

/** A row of the log as the port's publication. */
export function toPublication([offset, time, data, info, tags, except, entry]: ReadRow): Publication {
  return {
    offset,
    time,
    data,
    ...(info !== null && { info: JSON.parse(info) }),
    ...(tags !== null && { tags: JSON.parse(tags) }),
    ...(except !== null && { except }),
    ...(entry !== null && { entry: JSON.parse(entry) }),
  };
}

export function toStoredEntry([row, key, version]: EntryRow): StoredEntry {
  return {
    publication: toPublication(row),
    ...(key !== null && { key }),
    ...(version !== null && { version: { number: version[0], epoch: version[1] } }),
  };
}

export function toPage({ epoch, top, first, rows, damaged }: JobResults['read']): Page {
  const standing = { epoch, offset: top, floor: first - 1 };
  return { publications: rows.map(toPublication), top: standing, ...(damaged && { damaged }) };
}

export function toOutcome(outcome: AppendRowOutcome, epoch: string): AppendOutcome {
  if ('refused' in outcome) return outcome;
  const [offset, time, repeated] = outcome;
  return { position: { epoch, offset }, time, repeated };
}
