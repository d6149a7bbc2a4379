import type { Since } from '../../core/commands.ts';
import type { Node } from '../../core/node.ts';
import { randomText } from '../../core/random-text.ts';
import { RecentMap } from '../../core/recent-map.ts';
import type { Publication } from '../../ports/log.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { Journal } from './journal.ts';
import type { Joined, Membership, Replay } from './membership.ts';
import { RecoveryRecords } from './recovery-records.ts';

/** Clients that have lost their line and are waited for. */
const LOST_KEPT = 20_000;

/** Where a client that comes back goes on. */
export type Return = { readonly restore: ReadonlyMap<string, Since>; readonly since: ReadonlyMap<string, Since> };

type Lost = { readonly membership: Membership; readonly at: number };

/**
 * Brings clients back into their channels, as connection state recovery asks. While this process lives it knows exactly
 * what each of them was told. After a restart it knows what clients were in (see `RecoveryRecords`) and where in one
 * channel; the others must have been silent since, or the client is told that it was not recovered.
 * https://socket.io/docs/v4/connection-state-recovery
 */
export class Recovery {
  readonly records: RecoveryRecords;
  readonly #node: Node;
  readonly #keptMs: number;
  readonly #run = randomText(8);
  readonly #journal = new Journal();
  #replays = 0;
  /** Those whose line stands, as far as this node knows: a client may notice earlier that it does not. */
  readonly #live = new Map<string, Membership>();
  readonly #lost = new RecentMap<Lost>(LOST_KEPT);
  /** When those who can no longer come back were dropped. */
  #agedAt = 0;

  /** `keptMs`: how long a client that has lost its line is waited for. */
  constructor(node: Node, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.records = new RecoveryRecords(node, keptMs);
  }

  /** What the journal has told last. */
  get number(): number {
    return this.#journal.last;
  }

  /** Tells replays of this run apart. */
  nextReplay(): number {
    this.#replays += 1;
    return this.#replays;
  }

  /** The cursor behind an event that a client is given as it comes back. */
  cursorIn(replay: number, step: number): string {
    return encodeCursor({ kind: 'replayed', run: this.#run, replay, step });
  }

  /** The cursor behind a publication that is told to the channel now; undefined where nothing can be recovered. */
  cursorOf(channel: string, epoch: string, { offset }: Publication): string | undefined {
    if (offset === 0) return undefined;
    const number = this.#journal.note(channel, { epoch, offset });
    return encodeCursor({ kind: 'told', run: this.#run, number, offset, epoch, channel });
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
    if (membership === undefined) return this.#findRecorded(pid, last);
    const { replay } = membership;
    // It has got nothing of what it was given the last time.
    if (replay !== undefined && replay.cursor === cursor) {
      return toReturn(membership, (channel, joined) => replay.places.get(channel) ?? joined);
    }
    return toReturn(membership, (channel, joined) => this.#placeOf(channel, joined, { last, replay }));
  }

  #lostOf(pid: string): Membership | undefined {
    const lost = this.#lost.get(pid);
    return lost === undefined || lost.at < this.#node.clock.now() - this.#keptMs ? undefined : lost.membership;
  }

  /** In a channel that the client was in while this process lived. */
  #placeOf(channel: string, joined: Joined, { last, replay }: Seen): Since | undefined {
    if (last === undefined) return joined;
    if (last.run !== this.#run) return undefined;
    if (last.kind === 'replayed') {
      if (replay?.id !== last.replay || last.step >= replay.steps.length) return undefined;
      return placeIn(replay, channel, last.step) ?? joined;
    }
    // Nothing was told by that number yet.
    if (last.number > this.#journal.last) return undefined;
    if (last.channel === channel) return last;
    // Of an earlier line, though not the last that it came back with: what it got since, nobody knows.
    if (replay?.places.has(channel) === true && last.number < joined.number) return undefined;
    const offset = this.#journal.offsetAt(channel, last.number, joined);
    return offset === undefined ? undefined : { epoch: joined.epoch, offset };
  }

  #findRecorded(pid: string, last: Cursor | undefined): Return | undefined {
    const membership = this.records.find(pid);
    if (membership === undefined || last?.kind === 'replayed') return undefined;
    return toReturn(membership, (channel, joined) => {
      if (last?.channel === channel) return last;
      // Whether the client had heard of what came before the restart, nobody knows now.
      return this.records.wasSilentSince(channel, joined) ? joined : undefined;
    });
  }
}

type Seen = { readonly last: Cursor | undefined; readonly replay: Replay | undefined };

/** After a step of the replay; undefined in a channel that the client has come into since. */
function placeIn({ places, steps }: Replay, channel: string, step: number): Since | undefined {
  return steps.slice(0, step + 1).findLast((each) => each.channel === channel) ?? places.get(channel);
}

/** Undefined when the place in one of the channels is not known. */
function toReturn(
  { channels }: Membership,
  placeOf: (channel: string, joined: Joined) => Since | undefined,
): Return | undefined {
  const [restore, since] = [new Map<string, Since>(), new Map<string, Since>()];
  for (const [channel, joined] of channels) {
    const place = placeOf(channel, joined);
    if (place === undefined) return undefined;
    const { epoch, offset } = place;
    (joined.by === 'client' ? restore : since).set(channel, { epoch, offset });
  }
  return { restore, since };
}
