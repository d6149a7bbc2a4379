/** New work. */
export type NewWork = {
  /** The kind of work. The handler of that kind leases from its queue. */
  readonly queue: string;
  /** Work of one lane is done one at a time, in order of addition; lanes are independent. */
  readonly lane: string;
  /** When it was added, in milliseconds since 1970. */
  readonly time: number;
  /** JSON text: everything the handler needs. */
  readonly data: string;
};

export type Work = NewWork & {
  /** Unique to this work, also after a failure or a revival. Opaque. */
  readonly id: string;
  /** How often it has failed since it was added or revived. */
  readonly attempts: number;
};

/** Permanently failed work that waits for a decision. `bytes`: of its data, as UTF-8. */
export type DeadLetter = Omit<Work, 'data'> & {
  readonly failedAt: number;
  readonly reason: string;
  readonly bytes: number;
};

export type Lease = {
  readonly queue: string;
  readonly now: number;
  /** The work is not leased again before this time, unless its holder is known to be gone. */
  readonly until: number;
  readonly limit: number;
};

/** `nextAt`: when more may be leased, if nothing changes; at most `until`; undefined if the queue is empty. */
export type Leased = { readonly works: readonly Work[]; readonly nextAt: number | undefined };

/** What to do with failed work. */
export type Failure =
  /** To be leased again from `at` on; until then its lane waits. */
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'dead'; readonly at: number; readonly reason: string };

export type DeadLetterRange = {
  /** The id of the last one of the previous page; absent: from the start of the given direction. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** By time of addition; default: newest first. */
  readonly oldestFirst?: boolean;
};

/** How much work a lane has. */
export type LaneSize = {
  readonly queue: string;
  readonly lane: string;
  readonly dead: boolean;
  readonly works: number;
  readonly bytes: number;
};

/**
 * Durable work: it stays until it is settled, so it is done at least once.
 *
 * Promises: the effect of a resolved call is as durable as `Log.append`, and visible to later calls. Work of a lane is
 * leased in order of addition, and never while an earlier work of the lane is leased, waits for its retry, or was
 * revived. Dead letters block nothing. Unknown ids are ignored.
 */
export interface WorkLog {
  /** All or none; returns their ids in order. */
  add(works: readonly NewWork[]): Promise<readonly string[]>;
  /** The first of each lane that is due, oldest first. */
  lease(lease: Lease): Promise<Leased>;
  /** Removes finished or cancelled work, a dead letter too. */
  remove(ids: readonly string[]): Promise<void>;
  /** Another attempt failed. */
  fail(id: string, failure: Failure): Promise<void>;
  /** Returns dead letters to their place in the lane, with all attempts again. */
  revive(ids: readonly string[]): Promise<void>;
  deadLetters(range: DeadLetterRange): Promise<readonly DeadLetter[]>;
  deadLetter(id: string): Promise<(DeadLetter & { readonly data: string }) | undefined>;
  /** For every non-empty lane. */
  sizes(): Promise<readonly LaneSize[]>;
}
