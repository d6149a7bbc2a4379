import type { ChannelRange, Log, Page, Position, Publication } from '../../ports/log.ts';
import { isExpired, type Namespace, sizeFloorOf } from '../channels/namespace.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';
import type { RecoveryBudget } from './recovery-budget.ts';
import { Tail, type TailBounds } from './tail.ts';

/** How long the floor read from the log is cached, in ms, in case the bus loses the message that it has risen. */
const FLOOR_FRESH_MS = 1_000;

/** What reading for the tail needs of the channel's order gate. */
type ReadGate = {
  readonly position: Position | undefined;
  /** False if the page is of another epoch than the gate. */
  continues(page: Page): boolean;
  readFloor(): Promise<void>;
};

export type RecoveryTailSettings = {
  readonly namespace: Namespace;
  /** Maximum publications per recovery. */
  readonly recoveryLimit: number;
  readonly tailBounds: TailBounds;
  readonly now: () => number;
};

/**
 * The recovery cache of a channel: its newest publications, read from the log once for all clients, and the floor up to
 * which the log keeps nothing any more.
 */
export class RecoveryTail {
  readonly #channel: string;
  readonly #log: Log;
  readonly #settings: RecoveryTailSettings;
  #tail: Tail | undefined;
  /** The tail has everything the log had after this offset, within its limits: reading that again is useless. */
  #from = Number.POSITIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #usedAt = 0;
  /** Up to here the log keeps nothing any more, as far as this node knows. */
  #floor = 0;
  #floorReadAt = Number.NEGATIVE_INFINITY;
  #floorReading: Promise<void> | undefined;
  /** The last trim announced on the bus; its epoch may not be known here yet. */
  #trimmedTo: Position | undefined;

  constructor(channel: string, log: Log, settings: RecoveryTailSettings) {
    this.#channel = channel;
    this.#log = log;
    this.#settings = settings;
  }

  /** Adds publications that follow the last one, while a tail is kept. */
  push(publications: readonly Publication[]): void {
    this.#tail?.push(publications);
  }

  /** Publications after `offset` up to `top`; undefined if they are not all kept, or exceed a limit. */
  missed(offset: number, top: number, budget: RecoveryBudget): readonly Publication[] | undefined {
    if (offset === top) return [];
    if (offset < this.keptAfter(top)) return undefined;
    const missed = this.#tail?.after(offset);
    if (missed === undefined || missed.length > this.#settings.recoveryLimit) return undefined;
    if (missed.at(-1)?.offset !== top) return undefined;
    if (this.isAnyExpired(missed)) return undefined;
    return budget.take(missed.length, this.#tail?.bytesAfter(offset) ?? 0) ? missed : undefined;
  }

  /** Extends the tail back to `after`, or as far as possible; concurrent callers share the read. */
  async load(gate: ReadGate, after: number): Promise<void> {
    this.#usedAt = this.#settings.now();
    while (after < this.#from && this.#isWithinLimit(gate.position, after)) {
      this.#reading ??= this.#read(gate, this.#start(gate, after)).finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
  }

  /**
   * Starts keeping publications: a client that has missed nothing may miss some while its other channels are set up.
   */
  begin(): void {
    this.#usedAt = this.#settings.now();
    this.#tail ??= new Tail(this.#settings.tailBounds);
  }

  /** Forgets the publications, but not the floor. */
  drop(): void {
    this.#tail = undefined;
    this.#from = Number.POSITIVE_INFINITY;
  }

  /** Drops the tail if no client has reconnected since `idleSince`. */
  dropIfIdle(idleSince: number): void {
    if (this.#usedAt < idleSince && this.#reading === undefined) this.drop();
  }

  /** Above this offset publications are kept while the newest is `top`, unless they have expired. */
  keptAfter(top: number): number {
    return Math.max(this.#floor, sizeFloorOf(this.#settings.namespace, top));
  }

  /** Whether any has expired. All are checked, as clocks step back. */
  isAnyExpired(publications: readonly Publication[]): boolean {
    if (this.#settings.namespace.historyTtlMs === 0) return false;
    const now = this.#settings.now();
    return publications.some(({ time }) => isExpired(this.#settings.namespace, time, now));
  }

  /** Adopts the floor of an epoch whose position was just read. */
  startFloor({ epoch, floor }: ChannelRange): void {
    this.#floor = this.#trimmedTo?.epoch === epoch ? Math.max(floor, this.#trimmedTo.offset) : floor;
    this.#floorReadAt = this.#settings.now();
  }

  /** Adopts the floor the log just reported. */
  learnFloor({ floor }: ChannelRange): void {
    this.#floorReadAt = this.#settings.now();
    this.#raiseFloor(floor);
  }

  /** The log keeps nothing any more up to this position. `epoch`: the gate's. */
  trimmed(to: Position, epoch: string | undefined): void {
    this.#trimmedTo = to;
    if (to.epoch === epoch) this.#raiseFloor(to.offset);
  }

  /**
   * One read of the log for all concurrent callers. A log in memory is read each time: that is cheap, and it evicts by
   * itself.
   */
  async confirmFloor(gate: ReadGate): Promise<void> {
    if (this.#log.promises.batches && this.#settings.now() - this.#floorReadAt < FLOOR_FRESH_MS) return;
    this.#floorReading ??= gate.readFloor().finally(() => {
      this.#floorReading = undefined;
    });
    await this.#floorReading;
  }

  #raiseFloor(floor: number): void {
    this.#floor = Math.max(this.#floor, floor);
    if (this.#floor >= (this.#tail?.last ?? Number.POSITIVE_INFINITY)) this.drop();
  }

  #isWithinLimit(position: Position | undefined, after: number): boolean {
    if (position === undefined || after < this.keptAfter(position.offset)) return false;
    return position.offset - after <= this.#settings.recoveryLimit;
  }

  /** When a second client finds that the tail is too short, more will follow: read for all of them. */
  #start(gate: ReadGate, after: number): number {
    if (this.#from === Number.POSITIVE_INFINITY) return after;
    return Math.max(0, (gate.position?.offset ?? 0) - this.#settings.recoveryLimit);
  }

  async #read(gate: ReadGate, after: number): Promise<void> {
    // Keeps live publications meanwhile.
    const live = this.#tail ?? new Tail(this.#settings.tailBounds);
    this.#tail = live;
    const missed = await this.#readBack(gate, after, live.startsAfter ?? gate.position?.offset ?? 0);
    if (missed === undefined) return;
    const merged = new Tail(this.#settings.tailBounds);
    merged.push(missed);
    merged.push(live.after(live.startsAfter ?? 0) ?? []);
    this.#tail = merged;
    this.#from = after;
  }

  /**
   * Publications above `after` and up to `last`, in order: the newest that fit into a tail. Undefined if a new epoch
   * began meanwhile.
   */
  async #readBack(gate: ReadGate, after: number, last: number): Promise<readonly Publication[] | undefined> {
    const { tailBounds } = this.#settings;
    const epoch = gate.position?.epoch;
    const newestFirst: Publication[] = [];
    let [before, bytes] = [last + 1, 0];
    while (before - 1 > after && bytes <= tailBounds.bytes) {
      const page = await this.#log.read(this.#channel, { after: before, limit: before - 1 - after, reverse: true });
      if (!gate.continues(page) || page.top.epoch !== epoch) return undefined;
      if (page.publications.length === 0) break;
      for (const publication of page.publications) {
        newestFirst.push(publication);
        bytes += wireBytesOf(publication);
      }
      before = newestFirst.at(-1)?.offset ?? 0;
    }
    return newestFirst.reverse();
  }
}
