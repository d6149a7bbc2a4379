import { RecentMap } from '../../core/limits/recent-map.ts';
import type { Node } from '../../core/node/node.ts';
import type { Resumption, Since } from '../../core/protocol/commands.ts';
import { type Cursor, decodeCursor } from './cursor.ts';
import type { Cursors } from './cursors.ts';
import { JournalRecords } from './journal-records.ts';
import type { ClientIdentity, Joined, Membership, Replay } from './membership.ts';
import { JOURNAL_CHANNEL, type Recorded, RecoveryRecords } from './recovery-records.ts';

/** Disconnected clients that can still be recovered. */
const LOST_KEPT = 20_000;

/** The position a reconnecting client continues from. */
export type Return = {
  readonly restore: ReadonlyMap<string, Since>;
  readonly since: ReadonlyMap<string, Since>;
  /** Undefined if an older version wrote the record. */
  readonly resume?: Resumption;
};

type Positions = Pick<Return, 'restore' | 'since'>;

type DisconnectedClient = { readonly membership: Membership; readonly at: number };

/**
 * Restores clients' subscriptions for connection state recovery. Within one process it knows exactly what each client
 * was sent. After a kill it knows clients' subscriptions (see `RecoveryRecords`), the position in the channel of their
 * last event, and positions in other channels from the recorded journal (see `JournalRecords`). If that is not enough, the
 * client is told that it was not recovered. https://socket.io/docs/v4/connection-state-recovery
 */
export class Recovery {
  readonly records: RecoveryRecords;
  readonly #node: Node;
  readonly #keptMs: number;
  /** Writes the cursors of events. */
  readonly cursors: Cursors;
  readonly #told: JournalRecords;
  /** Clients whose connection is open, as far as this node knows: a client may notice earlier that it is not. */
  readonly #live = new Map<string, Membership>();
  readonly #lost = new RecentMap<DisconnectedClient>(LOST_KEPT);
  /** The time of the last expiry pass. */
  #agedAt = 0;

  /** `keptMs`: how long a disconnected client can be recovered. */
  constructor(node: Node, cursors: Cursors, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.cursors = cursors;
    this.records = new RecoveryRecords(node, keptMs);
    this.#told = new JournalRecords(node, cursors.journal, { run: cursors.run, channel: JOURNAL_CHANNEL });
  }

  /** Loads the records of the previous run. To be called once, before anything is published. */
  async load(): Promise<void> {
    await this.records.load();
    await this.#told.load();
  }

  /** Resolves when everything sent is recorded; to be called when nothing more is sent. */
  settled(): Promise<void> {
    return this.#told.settled();
  }

  /** Records a client's subscriptions. Resolves once it is on disk. Throws `ClientError` `tooManyRequests`. */
  async write(pid: string, who: ClientIdentity, channels: ReadonlyMap<string, Joined>): Promise<void> {
    const durable = [...channels.keys()].filter((channel) => this.records.concerns(channel));
    if (durable.length > 1) this.#told.watch(durable);
    await this.records.write({ pid, who, run: this.cursors.run }, channels);
  }

  /** The journal's last number. */
  get number(): number {
    return this.cursors.journal.last;
  }

  /** A client has entered; `membership` keeps changing as it joins and leaves channels. */
  begin(pid: string, membership: Membership): void {
    this.#live.set(pid, membership);
    this.records.forget(pid);
  }

  /** Its connection is closed, or it has left. Ignored if it has reconnected on another connection meanwhile. */
  end(pid: string, membership: Membership, left: boolean): void {
    if (this.#live.get(pid) !== membership) return;
    this.#live.delete(pid);
    if (left) return;
    const now = this.#node.clock.now();
    // Drops clients that were disconnected before the previous pass.
    if (now - this.#agedAt > this.#keptMs) {
      this.#lost.age();
      this.#agedAt = now;
    }
    this.#lost.set(pid, { membership, at: now });
  }

  /** The position of the client with that `pid` whose last event had `cursor`; undefined if it is unknown. */
  find(pid: string, cursor: string | undefined): Return | undefined {
    const last = cursor === undefined ? undefined : decodeCursor(cursor);
    if (cursor !== undefined && last === undefined) return undefined;
    const membership = this.#live.get(pid) ?? this.#lostOf(pid);
    if (membership !== undefined) return this.#return(pid, membership, this.#placesOf(membership, cursor, last));
    const recorded = this.records.find(pid);
    return recorded && this.#return(pid, recorded.membership, this.#recordedPlacesOf(recorded, last));
  }

  /** Checked when the client is about to enter: it may have reconnected on yet another connection meanwhile. */
  #return(pid: string, { who }: Membership, positions: Positions | undefined): Return | undefined {
    if (positions === undefined || who === undefined) return positions;
    const handOver: Resumption['handOver'] = (channels) => this.#live.get(pid)?.handOver(channels) ?? new Set();
    return { ...positions, resume: { ...who, handOver } };
  }

  #placesOf(membership: Membership, cursor: string | undefined, last: Cursor | undefined): Positions | undefined {
    const { replay } = membership;
    // It received nothing of its last replay.
    if (replay !== undefined && replay.cursor === cursor) {
      return positionsOf(membership, (channel, joined) => replay.places.get(channel) ?? joined);
    }
    return positionsOf(membership, (channel, joined) => this.#placeOf(channel, joined, { last, replay }));
  }

  #lostOf(pid: string): Membership | undefined {
    const lost = this.#lost.get(pid);
    return lost === undefined || lost.at < this.#node.clock.now() - this.#keptMs ? undefined : lost.membership;
  }

  /** In a channel the client joined in this process. */
  #placeOf(channel: string, joined: Joined, { last, replay }: Seen): Since | undefined {
    if (last === undefined) return joined;
    if (last.run !== this.cursors.run) return undefined;
    if (last.kind === 'replayed') {
      if (replay?.id !== last.replay || last.step >= replay.steps.length) return undefined;
      return placeIn(replay, channel, last.step) ?? joined;
    }
    // That number was not used yet.
    if (last.number > this.cursors.journal.last) return undefined;
    if (last.channel === channel) return last;
    // From an earlier connection, but not the last one it was recovered from: what it received since is unknown.
    if (replay?.places.has(channel) === true && last.number < joined.number) return undefined;
    const offset = this.cursors.journal.offsetAt(channel, last.number, joined);
    return offset === undefined ? undefined : { epoch: joined.epoch, offset };
  }

  #recordedPlacesOf(recorded: Recorded, last: Cursor | undefined): Positions | undefined {
    if (last?.kind === 'replayed') return undefined;
    return positionsOf(recorded.membership, (channel, joined) =>
      this.#recordedPlaceOf(recorded, { channel, joined, last }),
    );
  }

  /** In a channel the client had joined in the previous process. */
  #recordedPlaceOf({ run }: Recorded, { channel, joined, last }: PositionQuery): Since | undefined {
    const floor = { epoch: joined.epoch, offset: joined.floor };
    // It received nothing at all.
    if (last === undefined) return floor;
    if (last.channel === channel) return last;
    const isOfThen = run === last.run;
    // It joined after the last event it received.
    if (isOfThen && last.number <= joined.number) return floor;
    // The order of two runs is unknown. After a later event, it has also received the publications of its join.
    const asked = isOfThen ? { run, number: last.number, from: joined } : { run: '', number: 0, from: floor };
    const offset = this.#told.offsetAt(channel, asked, this.records.topOf(channel));
    return offset === undefined ? undefined : { epoch: joined.epoch, offset };
  }
}

type Told = Extract<Cursor, { kind: 'told' }>;
type PositionQuery = { readonly channel: string; readonly joined: Joined; readonly last: Told | undefined };
type Seen = { readonly last: Cursor | undefined; readonly replay: Replay | undefined };

/** After a step of the replay; undefined in a channel the client joined since. */
function placeIn({ places, steps }: Replay, channel: string, step: number): Since | undefined {
  return steps.slice(0, step + 1).findLast((each) => each.channel === channel) ?? places.get(channel);
}

/** Undefined if the position in one of the channels is unknown. */
function positionsOf(
  { channels }: Membership,
  placeOf: (channel: string, joined: Joined) => Since | undefined,
): Positions | undefined {
  const [restore, since] = [new Map<string, Since>(), new Map<string, Since>()];
  for (const [channel, joined] of channels) {
    const place = placeOf(channel, joined);
    if (place === undefined) return undefined;
    const { epoch, offset } = place;
    (joined.by === 'client' ? restore : since).set(channel, { epoch, offset });
  }
  return { restore, since };
}
