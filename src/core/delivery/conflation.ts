import type { Clock } from '../../ports/clock.ts';
import type { Publication } from '../../ports/log.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Guard } from '../guard.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Frame, Protocol } from '../protocol/protocol.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';
import { joined } from './burst.ts';

/** The fraction of a connection's buffer above which its client is behind. */
const BEHIND_PART = 1 / 8;
/** The fraction kept for a client in addition. */
const KEPT_PART = 1 / 2;
/** Publications kept per client. */
const KEPT = 10_000;
/** How long a client may read nothing at all. */
const STALLED_MS = 30_000;
/** Bytes sent before the client is checked again. */
const PORTION_BYTES = 32 * 1024;

/** A client for which publications are kept. */
export interface Reader {
  readonly connection: Connection;
  close(kind: DisconnectName): void;
  /** From now on it does not get every publication. */
  skips(): void;
}

/** A topic that clients leave while they are behind. */
export interface Lane {
  readonly protocol: Protocol;
  /** Sends a client this publication separately from the topic. */
  encode(publication: Publication): readonly Frame[];
  /** The client has got the newest of everything. */
  resume(reader: Reader): void;
}

type Kept = {
  readonly reader: Reader;
  /** By topic and key, in offset order. */
  readonly lanes: Map<Lane, Map<string, Publication>>;
  count: number;
  bytes: number;
  /** When the client last read something. */
  movedAt: number;
  /** The buffer's size at the last check. */
  waited: number;
  isTooMuch: boolean;
  /** It is being sent something: reentrant calls must do nothing. */
  isServed: boolean;
};

type ConflationSettings = {
  readonly clock: Clock;
  readonly guard: Guard;
  /** A connection's buffer limit. */
  readonly bound: number;
};

/**
 * Publications kept for slow clients in channels that send them only the newest of each key. They are sent in offset
 * order, so that below a client's position only replaced publications are missing.
 */
export class Conflation {
  readonly #settings: ConflationSettings;
  readonly #kept = new Map<Connection, Kept>();
  /** Publications skipped because a newer one replaced them, since the start. */
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

  /** The client has left the lane, and returns when it has got everything kept until then. */
  begin(reader: Reader, lane: Lane): void {
    const kept = this.#kept.get(reader.connection) ?? this.#create(reader);
    kept.lanes.set(lane, new Map());
  }

  /** Keeps a publication in place of the last one with its key. Too many of them close the client. */
  keep({ connection }: Reader, lane: Lane, { key, publication }: Keyed): void {
    const kept = this.#kept.get(connection);
    const newest = kept?.lanes.get(lane);
    if (kept === undefined || newest === undefined || kept.isTooMuch) return;
    if (this.#take(kept, newest, key) !== undefined) this.replaced += 1;
    newest.set(key, publication);
    kept.count += 1;
    kept.bytes += wireBytesOf(publication);
    kept.isTooMuch = kept.count > KEPT || kept.bytes > this.#settings.bound * KEPT_PART;
    // In its own turn: closing ends its subscriptions, one of which is being sent to.
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

  /** The client has read some of its buffer. */
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

  /** To be called once a second: closes those that read nothing at all. */
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
        // Sending may close it, if it is slow elsewhere too.
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
