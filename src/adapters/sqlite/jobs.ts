import type { AppendOutcome, MapEntry, Page, Publication, StoredEntry } from '../../ports/log.ts';
import type { Row, SqlValue, WriteResult } from '../../ports/sql.ts';

/** The placeholder for the publication's offset in a write's parameters: no SQL value is `true`. */
export const OFFSET_MARK = true;
export type MarkedParam = SqlValue | typeof OFFSET_MARK;
export type MarkedWrite = readonly [sql: string, params: readonly MarkedParam[]];

/** A publication on its way to the worker, as a flat array, which crosses threads fastest. */
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

/** Requests of the main thread to a worker. The reader handles `read`, `entries` and `query`, the writer the rest. */
export type Job =
  | { readonly kind: 'append'; readonly rows: readonly AppendRow[] }
  | { readonly kind: 'write'; readonly statements: readonly (readonly [string, readonly SqlValue[]])[] }
  | { readonly kind: 'trim'; readonly channel: string }
  | { readonly kind: 'expire'; readonly now: number }
  /** Checkpoints the rest of the write-ahead log, so that the next transaction restarts it. */
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
  /** Whether there is more to remove. */
  expire: boolean;
  checkpoint: null;
  /**
   * `first`: the offset of the oldest publication kept, or of the next one. `damaged`: something before the first row,
   * or after the last one, is unreadable.
   */
  read: {
    readonly epoch: string;
    readonly top: number;
    readonly first: number;
    readonly rows: readonly ReadRow[];
    readonly damaged?: true;
  };
  /** `damaged`: unreadable entries were skipped. */
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
      /** Of SQLite, or of `FilesGoneError`; empty without one. */
      readonly code: string;
    };

/** Converts a row of the log to the port's publication. */
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
