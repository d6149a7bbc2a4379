import { RecentMap } from '../../core/limits/recent-map.ts';
import type { Node } from '../../core/node/node.ts';
import type { Resumption, Since } from '../../core/protocol/commands.ts';
import { type Cursor, decodeCursor } from './cursor.ts';
import type { Cursors } from './cursors.ts';
import type { Joined, Membership, Replay, Who } from './membership.ts';
import { type Recorded, RecoveryRecords, TOLD_CHANNEL } from './recovery-records.ts';
import { ToldRecords } from './told-records.ts';

/** Clients that have lost their line and are waited for. */
const LOST_KEPT = 20_000;

/** Where a client that comes back goes on. */
export type Return = {
  readonly restore: ReadonlyMap<string, Since>;
  readonly since: ReadonlyMap<string, Since>;
  /** Undefined where an older version has not written down who it was. */
  readonly resume?: Resumption;
};

type Positions = Pick<Return, 'restore' | 'since'>;

type Lost = { readonly membership: Membership; readonly at: number };

/**
 * Brings clients back into their channels, as connection state recovery asks. While this process lives it knows exactly
 * what each of them was told. After a kill it knows what clients were in (see `RecoveryRecords`), where in the channel of
 * their last event, and where in others by what was written down of the journal (see `ToldRecords`). Where that does not
 * say, the client is told that it was not recovered.
 * https://socket.io/docs/v4/connection-state-recovery
 */
export class Recovery {
  readonly records: RecoveryRecords;
  readonly #node: Node;
  readonly #keptMs: number;
  /** What writes the cursors behind events. */
  readonly cursors: Cursors;
  readonly #told: ToldRecords;
  /** Those whose line stands, as far as this node knows: a client may notice earlier that it does not. */
  readonly #live = new Map<string, Membership>();
  readonly #lost = new RecentMap<Lost>(LOST_KEPT);
  /** When those who can no longer come back were dropped. */
  #agedAt = 0;

  /** `keptMs`: how long a client that has lost its line is waited for. */
  constructor(node: Node, cursors: Cursors, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.cursors = cursors;
    this.records = new RecoveryRecords(node, keptMs);
    this.#told = new ToldRecords(node, cursors.journal, { run: cursors.run, channel: TOLD_CHANNEL });
  }

  /** Learns what the run before this one knew. To be called once, before anything is published. */
  async load(): Promise<void> {
    await this.records.load();
    await this.#told.load();
  }

  /** Resolves when all that was told is written down; to be called when nothing is told any more. */
  settled(): Promise<void> {
    return this.#told.settled();
  }

  /** Writes down what a client is in. Resolves once it is on disk. Throws `ClientError` `tooManyRequests`. */
  async write(pid: string, who: Who, channels: ReadonlyMap<string, Joined>): Promise<void> {
    const durable = [...channels.keys()].filter((channel) => this.records.concerns(channel));
    if (durable.length > 1) this.#told.watch(durable);
    await this.records.write({ pid, who, run: this.cursors.run }, channels);
  }

  /** What the journal has told last. */
  get number(): number {
    return this.cursors.journal.last;
  }

  /** A client is let in; `membership` goes on changing as it comes into channels and leaves them. */
  begin(pid: string, membership: Membership): void {
    this.#live.set(pid, membership);
    this.records.forget(pid);
  }

  /** Its line is lost, or it has left. One that has come back by another line meanwhile is not concerned. */
  end(pid: string, membership: Membership, left: boolean): void {
    if (this.#live.get(pid) !== membership) return;
    this.#live.delete(pid);
    if (left) return;
    const now = this.#node.clock.now();
    // What is dropped has been there since before the time before.
    if (now - this.#agedAt > this.#keptMs) {
      this.#lost.age();
      this.#agedAt = now;
    }
    this.#lost.set(pid, { membership, at: now });
  }

  /** Where the client with that `pid` goes on, whose last event ended with `cursor`; undefined when that is not known. */
  find(pid: string, cursor: string | undefined): Return | undefined {
    const last = cursor === undefined ? undefined : decodeCursor(cursor);
    if (cursor !== undefined && last === undefined) return undefined;
    const membership = this.#live.get(pid) ?? this.#lostOf(pid);
    if (membership !== undefined) return this.#return(pid, membership, this.#placesOf(membership, cursor, last));
    const recorded = this.records.find(pid);
    return recorded && this.#return(pid, recorded.membership, this.#recordedPlacesOf(recorded, last));
  }

  /** Asked when the client is about to enter: it may have come by yet another line meanwhile. */
  #return(pid: string, { who }: Membership, positions: Positions | undefined): Return | undefined {
    if (positions === undefined || who === undefined) return positions;
    const handOver: Resumption['handOver'] = (channels) => this.#live.get(pid)?.handOver(channels) ?? new Set();
    return { ...positions, resume: { ...who, handOver } };
  }

  #placesOf(membership: Membership, cursor: string | undefined, last: Cursor | undefined): Positions | undefined {
    const { replay } = membership;
    // It has got nothing of what it was given the last time.
    if (replay !== undefined && replay.cursor === cursor) {
      return positionsOf(membership, (channel, joined) => replay.places.get(channel) ?? joined);
    }
    return positionsOf(membership, (channel, joined) => this.#placeOf(channel, joined, { last, replay }));
  }

  #lostOf(pid: string): Membership | undefined {
    const lost = this.#lost.get(pid);
    return lost === undefined || lost.at < this.#node.clock.now() - this.#keptMs ? undefined : lost.membership;
  }

  /** In a channel that the client was in while this process lived. */
  #placeOf(channel: string, joined: Joined, { last, replay }: Seen): Since | undefined {
    if (last === undefined) return joined;
    if (last.run !== this.cursors.run) return undefined;
    if (last.kind === 'replayed') {
      if (replay?.id !== last.replay || last.step >= replay.steps.length) return undefined;
      return placeIn(replay, channel, last.step) ?? joined;
    }
    // Nothing was told by that number yet.
    if (last.number > this.cursors.journal.last) return undefined;
    if (last.channel === channel) return last;
    // Of an earlier line, though not the last that it came back with: what it got since, nobody knows.
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

  /** In a channel that the client was in when the process before this one ended. */
  #recordedPlaceOf({ run }: Recorded, { channel, joined, last }: Sought): Since | undefined {
    const floor = { epoch: joined.epoch, offset: joined.floor };
    // It has got nothing at all.
    if (last === undefined) return floor;
    if (last.channel === channel) return last;
    const isOfThen = run === last.run;
    // It came in behind the last event that it got.
    if (isOfThen && last.number <= joined.number) return floor;
    // Of two runs nobody knows which was the later one. Behind a later event, it has also got what it was given as it came in.
    const asked = isOfThen ? { run, number: last.number, from: joined } : { run: '', number: 0, from: floor };
    const offset = this.#told.offsetAt(channel, asked, this.records.topOf(channel));
    return offset === undefined ? undefined : { epoch: joined.epoch, offset };
  }
}

type Told = Extract<Cursor, { kind: 'told' }>;
type Sought = { readonly channel: string; readonly joined: Joined; readonly last: Told | undefined };
type Seen = { readonly last: Cursor | undefined; readonly replay: Replay | undefined };

/** After a step of the replay; undefined in a channel that the client has come into since. */
function placeIn({ places, steps }: Replay, channel: string, step: number): Since | undefined {
  return steps.slice(0, step + 1).findLast((each) => each.channel === channel) ?? places.get(channel);
}

/** Undefined when the place in one of the channels is not known. */
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
