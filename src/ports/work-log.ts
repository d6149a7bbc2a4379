/** Something to be done later, as it is handed in. */
export type NewWork = {
  /** The kind of work. Whoever does that kind leases from its queue. */
  readonly queue: string;
  /** Work of one lane is done one after the other, in the order in which it was added; lanes do not wait for each other. */
  readonly lane: string;
  /** When it was handed in, in milliseconds since 1970. */
  readonly time: number;
  /** JSON text: all that whoever does it must know. */
  readonly data: string;
};

export type Work = NewWork & {
  /** Of this work alone, also when it fails and when it is revived. Opaque. */
  readonly id: string;
  /** How often it has failed since it was added or revived. */
  readonly attempts: number;
};

/** Work that failed for good and waits for somebody to decide. `bytes`: of its data, as UTF-8. */
export type DeadLetter = Omit<Work, 'data'> & {
  readonly failedAt: number;
  readonly reason: string;
  readonly bytes: number;
};

export type Lease = {
  readonly queue: string;
  readonly now: number;
  /** Nobody else is given the work before this time, unless its holder is known to be gone. */
  readonly until: number;
  readonly limit: number;
};

/** `nextAt`: when more may be leased than now, if nothing changes; at most `until`; undefined when the queue is empty. */
export type Leased = { readonly works: readonly Work[]; readonly nextAt: number | undefined };

/** What becomes of work that could not be done. */
export type Failure =
  /** To be leased again from `at` on; until then its lane waits. */
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'dead'; readonly at: number; readonly reason: string };

export type DeadLetterRange = {
  /** The id of the last one of the page before; absent: from the end that the direction starts at. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** By the time of adding; default: newest first. */
  readonly oldestFirst?: boolean;
};

/** How much work of a lane there is. */
export type LaneSize = {
  readonly queue: string;
  readonly lane: string;
  readonly dead: boolean;
  readonly works: number;
  readonly bytes: number;
};

/**
 * Durable work: it stays until somebody says that it is done, so it is done at least once.
 *
 * Promises: what a resolved call has changed is as durable as `Log.append`, and later calls see it. Work of a lane is
 * leased in the order of adding, and never while an earlier work of the lane is leased, waits for its retry, or was
 * revived. Dead letters hold up nobody. Ids that are not there are passed over.
 */
export interface WorkLog {
  /** All or none; gives their ids in order. */
  add(works: readonly NewWork[]): Promise<readonly string[]>;
  /** The first of each lane that may be done now, those added first before others. */
  lease(lease: Lease): Promise<Leased>;
  /** It was done, or is not to be done any more: removes it, a dead letter too. */
  remove(ids: readonly string[]): Promise<void>;
  /** It was tried once more, in vain. */
  fail(id: string, failure: Failure): Promise<void>;
  /** Puts dead letters back to where they were in their lanes, as if they had never been tried. */
  revive(ids: readonly string[]): Promise<void>;
  deadLetters(range: DeadLetterRange): Promise<readonly DeadLetter[]>;
  deadLetter(id: string): Promise<(DeadLetter & { readonly data: string }) | undefined>;
  /** Of every lane in which there is any. */
  sizes(): Promise<readonly LaneSize[]>;
}
