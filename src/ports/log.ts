import type { SqlValue } from './sql.ts';
import type { TraceContext } from './traces.ts';

/** A place in a channel: everything up to and including `offset`, inside `epoch`. */
export type Position = { readonly epoch: string; readonly offset: number };

/** A channel's top, and up to which offset nothing is kept any more; whatever is above that can be read. */
export type Standing = Position & { readonly floor: number };

/** Who published or is present. `connInfo` and `chanInfo` are JSON texts. */
export type ClientInfo = {
  readonly user: string;
  readonly client: string;
  readonly connInfo?: string;
  readonly chanInfo?: string;
};

/** In a channel that is a map: which of its entries a publication sets, or removes. */
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
  /** Of an item that was polled: greater with each change. */
  readonly version?: number;
  /** The client that is not told of it, live or in a recovery: most often the one that caused it. */
  readonly except?: string;
  /** What it was published under, where that is traced. Only on the way to those who listen: no log keeps it. */
  readonly trace?: TraceContext;
};

/** How much of a channel is kept. 0 means no bound. */
export type Retention = { readonly size: number; readonly ttlMs: number };

/** Stands in `Write.params` for the offset that the publication gets. */
export const ASSIGNED_OFFSET = Symbol('assigned offset');

/** A statement that commits in the publication's own transaction, or not at all. */
export type Write = { readonly sql: string; readonly params: readonly (SqlValue | typeof ASSIGNED_OFFSET)[] };

/** How new the state is that a publication carries, by the publisher's own count; a count is of one epoch of its own. */
export type StateVersion = { readonly number: number; readonly epoch: string };

export type Append = {
  readonly channel: string;
  readonly data: string;
  readonly time: number;
  readonly retention: Retention;
  /** Message key: a second append to the channel with the same key gives the first answer and writes nothing. */
  readonly key?: string;
  /**
   * Skipped, and answered with the channel's top, unless it is greater than the version of the last append that had one;
   * an epoch that is neither empty nor that append's makes it newer. What has no version neither checks nor changes it.
   * With an `entry` it is the entry's version: kept with the entry, and not checked.
   */
  readonly version?: StateVersion;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
  readonly entry?: MapEntry;
  readonly except?: string;
  /** Only with adapters that promise `writes`. */
  readonly writes?: readonly Write[];
};

/** A present entry of a map: the publication that set it, and what is to be known of the next one. */
export type StoredEntry = {
  readonly publication: Publication;
  /** The message key of that publication. */
  readonly key?: string;
  /** Of the last publication of the entry, since it is there, that had one. */
  readonly version?: StateVersion;
};

export type Appended = {
  readonly position: Position;
  readonly time: number;
  /** Present where the log had to let go of more than `Retention` says: nothing up to this offset is kept any more. */
  readonly floor?: number;
  /**
   * True when `key` was seen before, and this is the first answer again, or when `version` was not newer. Nothing is to be
   * delivered.
   */
  readonly repeated: boolean;
};

/**
 * One outcome an append, in the batch's order. `refused`: a constraint refused it, and nothing of it was kept; with
 * `mistake` it can never work as it is (SQL that is none, a value too large). The others of the batch stand.
 */
export type AppendOutcome = Appended | { readonly refused: string; readonly mistake?: true };

export type ReadRange = {
  /** Exclusive: forward reads give offsets above it, reverse reads offsets below it. Absent: from the end that the direction starts at. */
  readonly after?: number;
  readonly limit: number;
  readonly reverse?: boolean;
};

/** Which of a map's entries are wanted: those behind the one with that key, in an order of the log's own. */
export type EntryRange = { readonly after?: string; readonly limit: number };

/** The bytes of publications that one page carries at most, but for a page of a single one: their texts as UTF-8. */
export const PAGE_BYTES = 1024 * 1024;

/**
 * Publications in the asked direction, and the channel's top at that same moment. A page may be shorter than `limit`
 * asked: it ends where the next publication would make it larger than `PAGE_BYTES`. But with `limit` 0 it is
 * empty only where nothing is left in that direction, so whoever wants more reads on `after` its last offset.
 */
export type Page = {
  readonly publications: readonly Publication[];
  readonly top: Standing;
  /** The store is damaged: publications were passed over, or nothing that follows can be read. */
  readonly damaged?: true;
};

/** What an adapter promises besides what every log does. */
export type LogPromises = {
  /** An append that has resolved survives the end of the process. */
  readonly durable: boolean;
  /** A call costs a round trip, so appends given together cost less than one by one. False: calls cost next to nothing. */
  readonly batches: boolean;
  /**
   * Calls of `append` that may be under way at once: two keep a connection busy; more where the adapter joins what waits
   * into one transaction itself.
   */
  readonly inFlight: number;
  /** `entries` gives the present entries of maps. */
  readonly entries: boolean;
  /** `Append.writes` commit together with the publication. */
  readonly writes: boolean;
};

/**
 * Channel logs: ordered, gap-free, idempotent by key.
 *
 * Promises: within a channel and epoch, offsets are 1, 2, 3 … in the order of the calls and, inside a call, of
 * the batch. When `append` resolves, the batch is as durable as the adapter can make it (SQLite: on disk, after
 * fsync; memory: in this process). When it rejects, nothing of the batch is kept. A read that starts after an
 * append resolved sees it. The caller keeps no more
 * calls of `append` under way than `promises.inFlight` (`AppendQueue`); an adapter keeps their order.
 */
export interface Log {
  readonly promises: LogPromises;
  /** What the log is kept in, as OpenTelemetry names databases (`sqlite`, `postgresql`); absent where in none. */
  readonly system?: string;
  append(batch: readonly Append[]): Promise<readonly AppendOutcome[]>;
  read(channel: string, range: ReadRange): Promise<Page>;
  /**
   * The present entries of a map, each as the publication that set it: what the appends with an `entry` come to, however much
   * of them retention and `trim` have let go of since. It changes together with the publications. Bounded as a page of
   * those is, and empty only where nothing is left. Passes over what damage has made unreadable; rejects where that is all.
   */
  entries(channel: string, range: EntryRange): Promise<readonly StoredEntry[]>;
  /** Offset 0 for a channel that has no publication yet. */
  position(channel: string): Promise<Standing>;
  /** Removes the channel's publications, up to the position that it gives; that and the epoch stay, so offsets go on. */
  trim(channel: string): Promise<Position>;
  close(): Promise<void>;
}
