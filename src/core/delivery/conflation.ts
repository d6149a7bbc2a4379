import type { Clock } from '../../ports/clock.ts';
import type { Publication } from '../../ports/log.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Guard } from '../guard.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Frame, Protocol } from '../protocol/protocol.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';
import { joined } from './burst.ts';

/** Of what may wait for a connection: with more, its client is behind. */
const BEHIND_PART = 1 / 8;
/** Of the same: what is kept for a client besides. */
const KEPT_PART = 1 / 2;
/** Publications that are kept for one client. */
const KEPT = 10_000;
/** How long a client may take nothing at all. */
const STALLED_MS = 30_000;
/** What is put on the line before it is looked at again. */
const PORTION_BYTES = 32 * 1024;

/** A client whom publications are kept for. */
export interface Reader {
  readonly connection: Connection;
  close(kind: DisconnectName): void;
  /** From now on it is not given every publication. */
  skips(): void;
}

/** A topic that clients leave when they are behind. */
export interface Lane {
  readonly protocol: Protocol;
  /** What a client is told that is given this publication out of its row. */
  encode(publication: Publication): readonly Frame[];
  /** The client has been given the newest of everything. */
  resume(reader: Reader): void;
}

type Kept = {
  readonly reader: Reader;
  /** By topic and key, in the order of their offsets. */
  readonly lanes: Map<Lane, Map<string, Publication>>;
  count: number;
  bytes: number;
  /** When the client was last seen to take something. */
  movedAt: number;
  /** What waited for it when it was looked at last. */
  waited: number;
  isTooMuch: boolean;
  /** It is being given something: what comes of that must not begin anew. */
  isServed: boolean;
};

type ConflationSettings = {
  readonly clock: Clock;
  readonly guard: Guard;
  /** What may wait for one connection at all. */
  readonly bound: number;
};

/**
 * What is kept for clients that are behind in channels where they are then given the newest publication of each key
 * alone. It goes out by the order of offsets, so that nothing below a client's position is ever missing but what a
 * later publication has replaced.
 */
export class Conflation {
  readonly #settings: ConflationSettings;
  readonly #kept = new Map<Connection, Kept>();
  /** Publications that clients were not given because a newer one took their place, since the start. */
  replaced = 0;

  constructor(settings: ConflationSettings) {
    this.#settings = settings;
  }

  /** Clients that are behind now. */
  get size(): number {
    return this.#kept.size;
  }

  isBehind(connection: Connection): boolean {
    return connection.backlog() > this.#settings.bound * BEHIND_PART;
  }

  /** The client has left the lane, and comes back into it when it has been given what is kept until then. */
  begin(reader: Reader, lane: Lane): void {
    const kept = this.#kept.get(reader.connection) ?? this.#create(reader);
    kept.lanes.set(lane, new Map());
  }

  /** Keeps a publication in the place of the last one with its key. Too many of them end the client. */
  keep({ connection }: Reader, lane: Lane, { key, publication }: Keyed): void {
    const kept = this.#kept.get(connection);
    const newest = kept?.lanes.get(lane);
    if (kept === undefined || newest === undefined || kept.isTooMuch) return;
    if (this.#take(kept, newest, key) !== undefined) this.replaced += 1;
    newest.set(key, publication);
    kept.count += 1;
    kept.bytes += wireBytesOf(publication);
    kept.isTooMuch = kept.count > KEPT || kept.bytes > this.#settings.bound * KEPT_PART;
    // In a turn of its own: its subscriptions end with it, and one of them is being told.
    if (kept.isTooMuch) this.#settings.clock.soon(() => kept.reader.close('slow'));
  }

  /** The client has left the channel. */
  forget(connection: Connection, lane: Lane): void {
    const kept = this.#kept.get(connection);
    const newest = kept?.lanes.get(lane);
    if (kept === undefined || newest === undefined) return;
    for (const key of [...newest.keys()]) this.#take(kept, newest, key);
    kept.lanes.delete(lane);
    if (kept.lanes.size === 0) this.#kept.delete(connection);
  }

  /** The client has taken something of what waited for it. */
  drained(connection: Connection): void {
    const kept = this.#kept.get(connection);
    if (kept === undefined || kept.isServed || this.isBehind(connection)) return;
    kept.isServed = true;
    try {
      this.#give(kept);
    } finally {
      kept.isServed = false;
    }
  }

  /** To be called once a second: ends those that take nothing at all. */
  sweep(): void {
    const now = this.#settings.clock.now();
    this.#settings.guard.each('conflation', [...this.#kept.values()], (kept) => this.#look(kept, now));
  }

  #look(kept: Kept, now: number): void {
    const { connection } = kept.reader;
    if (connection.backlog() < kept.waited) kept.movedAt = now;
    this.drained(connection);
    kept.waited = connection.backlog();
    if (this.#isThere(kept) && kept.movedAt < now - STALLED_MS) kept.reader.close('slow');
  }

  #create(reader: Reader): Kept {
    const kept: Kept = {
      ...{ reader, lanes: new Map(), count: 0, bytes: 0 },
      ...{ movedAt: this.#settings.clock.now(), waited: reader.connection.backlog() },
      ...{ isTooMuch: false, isServed: false },
    };
    this.#kept.set(reader.connection, kept);
    reader.skips();
    return kept;
  }

  #take(kept: Kept, newest: Map<string, Publication>, key: string): Publication | undefined {
    const publication = newest.get(key);
    if (publication === undefined) return undefined;
    newest.delete(key);
    kept.count -= 1;
    kept.bytes -= wireBytesOf(publication);
    return publication;
  }

  /** As much as the client can take now. */
  #give(kept: Kept): void {
    const { reader, lanes } = kept;
    for (const [lane, newest] of [...lanes]) {
      while (newest.size > 0) {
        // Sending may end it, if it is slow elsewhere too.
        if (!this.#isThere(kept) || this.isBehind(reader.connection)) return;
        const frames = this.#portion(kept, newest).flatMap((publication) => lane.encode(publication));
        for (const frame of joined(lane.protocol, frames)) reader.connection.send(frame);
        kept.movedAt = this.#settings.clock.now();
      }
      if (!this.#isThere(kept)) return;
      lanes.delete(lane);
      lane.resume(reader);
    }
    this.#kept.delete(reader.connection);
  }

  #portion(kept: Kept, newest: Map<string, Publication>): readonly Publication[] {
    const portion: Publication[] = [];
    const most = kept.bytes - PORTION_BYTES;
    for (const key of newest.keys()) {
      const publication = this.#take(kept, newest, key);
      if (publication !== undefined) portion.push(publication);
      if (kept.bytes <= most) break;
    }
    return portion;
  }

  #isThere(kept: Kept): boolean {
    return this.#kept.get(kept.reader.connection) === kept;
  }
}

type Keyed = { readonly key: string; readonly publication: Publication };
