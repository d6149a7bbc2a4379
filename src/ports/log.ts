import type { SqlValue } from './sql.ts';
import type { TraceContext } from './traces.ts';

/** A position in a channel: everything up to and including `offset`, within `epoch`. */
export type Position = { readonly epoch: string; readonly offset: number };

/** A channel's top, and the offset up to which nothing is kept any more; everything above it is readable. */
export type ChannelRange = Position & { readonly floor: number };

/** Who published or is present. `connInfo` and `chanInfo` are JSON texts. */
export type ClientInfo = {
  readonly user: string;
  readonly client: string;
  readonly connInfo?: string;
  readonly chanInfo?: string;
};

/** In a map channel: the entry a publication sets or removes. */
export type MapEntry = { readonly key: string; readonly removed?: true };

/** One entry of a channel. */
export type Publication = {
  /** 1, 2, 3 … within an epoch; 0 in channels without history. */
  readonly offset: number;
  /** Milliseconds since 1970, UTC, by the clock of the node that accepted it. */
  readonly time: number;
  /** JSON text on one line. */
  readonly data: string;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
  readonly entry?: MapEntry;
  /** For a polled item: increases with each change. */
  readonly version?: number;
  /** The client that does not receive it, live or in recovery: usually the one that caused it. */
  readonly except?: string;
  /** The publisher's span, if traced. Only for live delivery: no log stores it. */
  readonly trace?: TraceContext;
};

/** How much of a channel is kept. 0 means unlimited. */
export type Retention = { readonly size: number; readonly ttlMs: number };

/** A placeholder in `Write.params` for the offset assigned to the publication. */
export const ASSIGNED_OFFSET = Symbol('assigned offset');

/** A statement that commits in the publication's own transaction, or not at all. */
export type Write = { readonly sql: string; readonly params: readonly (SqlValue | typeof ASSIGNED_OFFSET)[] };

/** The publisher's version of the state in a publication; versions are compared within one version epoch. */
export type StateVersion = { readonly number: number; readonly epoch: string };

export type Append = {
  readonly channel: string;
  readonly data: string;
  readonly time: number;
  readonly retention: Retention;
  /** Message key: a second append to the channel with the same key returns the first answer and writes nothing. */
  readonly key?: string;
  /**
   * The publication is skipped, and answered with the channel's top, unless its version is greater than that of the
   * last append with one; another epoch, unless it is empty, also makes it newer. An append without a version neither
   * checks nor changes it. With an `entry` it is the entry's version: stored with the entry, and not checked.
   */
  readonly version?: StateVersion;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
  readonly entry?: MapEntry;
  readonly except?: string;
  /** Only for adapters that promise `writes`. */
  readonly writes?: readonly Write[];
};

/** A current entry of a map: the publication that set it, and what the next one is compared with. */
export type StoredEntry = {
  readonly publication: Publication;
  /** The message key of that publication. */
  readonly key?: string;
  /** Of the entry's last publication with a version, since the entry exists. */
  readonly version?: StateVersion;
};

export type Appended = {
  readonly position: Position;
  readonly time: number;
  /** Present if the log removed more than `Retention` requires: nothing up to this offset is kept any more. */
  readonly floor?: number;
  /**
   * True if `key` was seen before, and this is the first answer again, or if `version` was not newer. Nothing must be
   * delivered.
   */
  readonly repeated: boolean;
};

/**
 * One outcome per append, in batch order. `refused`: a constraint refused it, and nothing of it was stored; with
 * `mistake` it can never succeed (invalid SQL, a value too large). The others of the batch are not affected.
 */
export type AppendOutcome = Appended | { readonly refused: string; readonly mistake?: true };

export type ReadRange = {
  /**
   * Exclusive: forward reads return offsets above it, reverse reads offsets below it. Absent: from the start of the
   * given direction.
   */
  readonly after?: number;
  readonly limit: number;
  readonly reverse?: boolean;
};

/** Which of a map's entries to read: those after the entry with that key, in an order of the log's own. */
export type EntryRange = { readonly after?: string; readonly limit: number };

/** The maximum bytes of publications per page, unless it has only one: their texts as UTF-8. */
export const PAGE_BYTES = 1024 * 1024;

/**
 * Publications in the requested direction, and the channel's top at that moment. A page may be shorter than `limit`: it
 * ends where the next publication would exceed `PAGE_BYTES`. But unless `limit` is 0 it is empty only if nothing is
 * left in that direction, so callers continue `after` its last offset.
 */
export type Page = {
  readonly publications: readonly Publication[];
  readonly top: ChannelRange;
  /** The store is damaged: publications were skipped, or nothing after them is readable. */
  readonly damaged?: true;
};

/** What an adapter promises beyond the base contract. */
export type LogPromises = {
  /** A resolved append survives the end of the process. */
  readonly durable: boolean;
  /** A call costs a round trip, so batches are cheaper than single appends. False: calls cost next to nothing. */
  readonly batches: boolean;
  /**
   * The maximum concurrent calls of `append`: two keep a connection busy; more if the adapter itself joins pending
   * calls into one transaction.
   */
  readonly inFlight: number;
  /** `entries` returns the current entries of maps. */
  readonly entries: boolean;
  /** `Append.writes` commit together with the publication. */
  readonly writes: boolean;
};

/**
 * Channel logs: ordered, gap-free, idempotent by key.
 *
 * Promises: within a channel and epoch, offsets are 1, 2, 3 … in the order of the calls and, within a call, of the
 * batch. When `append` resolves, the batch is as durable as the adapter can make it (SQLite: on disk, after fsync;
 * memory: in this process). When it rejects, nothing of the batch is stored. A read that starts after an append
 * resolved sees it. The caller has at most `promises.inFlight` concurrent calls of `append` (`AppendQueue`); an adapter
 * keeps their order.
 */
export interface Log {
  readonly promises: LogPromises;
  /** The log's database, as OpenTelemetry names databases (`sqlite`, `postgresql`); absent without one. */
  readonly system?: string;
  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]>;
  read(channel: string, range: ReadRange): Promise<Page>;
  /**
   * The current entries of a map, each as the publication that set it: the result of all appends with an `entry`, even
   * if retention and `trim` have removed them. Changes together with the publications. Bounded like a page of those,
   * and empty only if nothing is left. Skips entries that damage has made unreadable; rejects if all are.
   */
  entries(channel: string, range: EntryRange): Promise<readonly StoredEntry[]>;
  /** Offset 0 for a channel without publications. */
  position(channel: string): Promise<ChannelRange>;
  /** Removes the channel's publications, up to the returned position; position and epoch stay, so offsets continue. */
  trim(channel: string): Promise<Position>;
  close(): Promise<void>;
}
