import type { Log, Page, Position, Publication, Standing } from '../ports/log.ts';
import type { Since } from './commands.ts';
import type { Feeds } from './feeds.ts';
import { isExpired, type Namespace, sizeFloorOf } from './namespace.ts';
import type { Present } from './present.ts';
import type { Protocol } from './protocol.ts';
import type { SubscribeResult } from './pushes.ts';
import type { RecoveryBudget } from './recovery-budget.ts';
import { Tail, type TailBounds } from './tail.ts';
import { wireBytesOf } from './wire-bytes.ts';

/** Publications read in one go while a gap is filled. */
const FILL_PAGE = 1_000;

/** For so long what the log said of its floor is believed, should the bus lose that it has risen. In milliseconds. */
const FLOOR_FRESH_MS = 1_000;

/** From where a client wants what it missed: a position, or just before the newest publication. */
export type From = Since | 'latest';

/** What a client wants of what it missed, and how much of that it may be given. */
export type Recovery = { readonly since: From; readonly budget: RecoveryBudget };

export type ChannelSettings = {
  readonly namespace: Namespace;
  /** Absent in namespaces without history. */
  readonly log: Log | undefined;
  /** Most publications a recovery gives. */
  readonly recoveryLimit: number;
  readonly tailBounds: TailBounds;
  readonly now: () => number;
  /** Hands publications to the subscribers, in order. */
  readonly emit: (channel: HubChannel, publications: readonly Publication[]) => void;
  /** The channel's history started anew: no subscriber's position means anything now. */
  readonly reset: (channel: HubChannel) => void;
};

/**
 * A channel that someone on this node listens to. It is the order gate: subscribers get offset after offset
 * without a hole, each once, whatever the bus does; what the bus lost is read from the log.
 */
export class HubChannel {
  readonly name: string;
  readonly #settings: ChannelSettings;
  /** Subscribers by protocol name, but for those of `feeds`. */
  readonly subscribers = new Map<string, number>();
  /** Those who take publications in a way of their own; most channels have none. */
  feeds: Feeds | undefined;
  /** Those present; only in namespaces with presence. */
  present: Present | undefined;
  /** Publications emitted but not yet handed to the runtime, in order. */
  pending: Publication[] = [];
  /** Clients on their way in. */
  holds = 0;
  /** Until when it stays although nobody listens. */
  keptUntil = 0;
  #position: Position | undefined;
  #opening: Promise<void> | undefined;
  #tail: Tail | undefined;
  /** The tail holds what the log had after this offset, as far as its bounds allow: no use in reading that again. */
  #tailFrom = Number.POSITIVE_INFINITY;
  #tailReading: Promise<void> | undefined;
  #tailUsedAt = 0;
  #filling: Promise<void> | undefined;
  #seen = 0;
  /** Up to here the log keeps nothing any more, as far as this node knows. */
  #floor = 0;
  #floorReadAt = Number.NEGATIVE_INFINITY;
  #floorReading: Promise<void> | undefined;
  /** What was said last of the floor, of an epoch that may not be known here yet. */
  #trimmedTo: Position | undefined;

  constructor(name: string, settings: ChannelSettings) {
    this.name = name;
    this.#settings = settings;
  }

  get namespace(): Namespace {
    return this.#settings.namespace;
  }

  get recoverable(): boolean {
    return this.#settings.log !== undefined;
  }

  /** Up to where subscribers have been told. Only after `prepare`. */
  get position(): Position {
    return this.#position ?? { epoch: '', offset: 0 };
  }

  get empty(): boolean {
    return this.subscribers.size === 0 && this.holds === 0 && this.feeds === undefined;
  }

  /** How many subscribe to it on this node. */
  get subscriberCount(): number {
    let count = this.feeds?.subscribers ?? 0;
    for (const each of this.subscribers.values()) count += each;
    return count;
  }

  /** Whether somebody listens by this protocol, in whatever way. */
  hears(protocol: Protocol): boolean {
    return this.subscribers.has(protocol.name) || this.feeds?.hears(protocol) === true;
  }

  /** Whether `enter` may be called now. A new epoch can take that away again at any time. */
  get isReady(): boolean {
    return this.#settings.log === undefined || this.#position !== undefined;
  }

  /** Gets ready for a client to come in at `since`; after it, while `isReady`, `enter` answers at once. */
  async prepare(from: From | undefined): Promise<void> {
    const { log } = this.#settings;
    if (log === undefined) return;
    do {
      if (this.#position === undefined) await this.#open(log);
      // It may have been told by another node what this one has not heard of yet.
      if (this.#isBehind(from)) await this.#catchUp(log, from.offset);
      const after = from && this.#startOf(from);
      if (after !== undefined) await this.#catchUp(log, after);
      if (after !== undefined && after < this.position.offset) await this.#confirmFloor(log);
    } while (!this.isReady);
  }

  /** What a client that comes in now is told; call in the same turn as joining the channel's topic. */
  enter(recovery: Recovery | undefined): SubscribeResult {
    const { epoch, offset } = this.position;
    const base = { recoverable: this.recoverable, epoch, publications: [] };
    if (recovery === undefined || !this.recoverable) return { ...base, offset, wasRecovering: false, recovered: false };
    const from = this.#startOf(recovery.since);
    const missed = from === undefined ? undefined : this.#missed(from, recovery.budget);
    if (from === undefined || missed === undefined) return { ...base, offset, wasRecovering: true, recovered: false };
    return { ...base, offset: from, wasRecovering: true, recovered: true, publications: missed };
  }

  /** Nothing is kept any more up to this position: nobody is given it from here on. */
  trimmed(to: Position): void {
    if (this.#settings.log === undefined) return;
    this.#trimmedTo = to;
    if (to.epoch === this.#position?.epoch) this.#raiseFloor(to.offset);
  }

  /** Publications from the bus: may repeat, miss some or be late. Those without history pass as they come. */
  receive(epoch: string, publications: readonly Publication[]): void {
    const { log, emit } = this.#settings;
    // Without an epoch they are in no log, whose order they could have.
    if (log === undefined || epoch === '') {
      emit(this, publications);
    } else if (this.#position === undefined) {
      // Came while the position is being read, and may not be in it: remember to look.
      this.#see(publications);
    } else if (epoch === this.#position.epoch) {
      this.#receiveInOrder(log, publications);
    } else {
      this.#reset();
    }
  }

  /**
   * Compares with the log what subscribers have been told: what the bus lost at the end of a burst shows in nothing
   * else, nor that a history which nobody writes to was forgotten. Does not reject.
   */
  async checkPosition(): Promise<void> {
    const { log } = this.#settings;
    const told = this.#position;
    if (log === undefined || told === undefined) return;
    const top = await log.position(this.name).catch(() => undefined);
    // Another epoch has begun meanwhile, and everyone knows.
    if (top === undefined || this.#position?.epoch !== told.epoch) return;
    if (top.epoch !== told.epoch) return this.#reset();
    this.#learnFloor(top);
    this.#seen = Math.max(this.#seen, top.offset);
    if (this.#seen > this.position.offset) this.#fillInBackground(log);
  }

  /** Every now and then: lets go of the tail when nobody has come back for a while, and retries a failed fill. */
  sweep(idleSince: number): void {
    if (this.#tailUsedAt < idleSince && this.#tailReading === undefined) this.#dropTail();
    if (this.#settings.log !== undefined && this.#seen > this.position.offset)
      this.#fillInBackground(this.#settings.log);
  }

  /** After which offset a client that wants this is given publications; undefined when it cannot be helped. */
  #startOf(from: From): number | undefined {
    const { offset } = this.position;
    if (from === 'latest') return Math.max(0, offset - 1);
    // Of a map the newest publication alone says nothing of the other entries.
    const wantsAll = this.namespace.recovery === 'stream' || this.namespace.type !== 'stream';
    if (wantsAll) return this.#isSameEpoch(from) ? from.offset : undefined;
    // The newest alone, in whichever epoch the client was. One that names none may have been in another.
    if (from.offset === offset && from.epoch === this.#position?.epoch) return offset;
    return offset > 0 ? offset - 1 : undefined;
  }

  #isBehind(from: From | undefined): from is Since {
    return from !== undefined && from !== 'latest' && this.#isSameEpoch(from) && from.offset > this.position.offset;
  }

  #isSameEpoch(since: Since): boolean {
    return since.epoch === '' || since.epoch === this.#position?.epoch;
  }

  #missed(offset: number, budget: RecoveryBudget): readonly Publication[] | undefined {
    if (offset === this.position.offset) return [];
    if (offset < this.#keptAfter) return undefined;
    const missed = this.#tail?.after(offset);
    if (missed === undefined || missed.length > this.#settings.recoveryLimit) return undefined;
    if (missed.at(-1)?.offset !== this.position.offset) return undefined;
    if (this.#isAnyExpired(missed)) return undefined;
    return budget.take(missed.length, this.#tail?.bytesAfter(offset) ?? 0) ? missed : undefined;
  }

  /** Above it, publications are kept, unless their time is over. */
  get #keptAfter(): number {
    return Math.max(this.#floor, sizeFloorOf(this.namespace, this.position.offset));
  }

  /** Not only the oldest: clocks step back. */
  #isAnyExpired(publications: readonly Publication[]): boolean {
    if (this.namespace.historyTtlMs === 0) return false;
    const now = this.#settings.now();
    return publications.some(({ time }) => isExpired(this.namespace, time, now));
  }

  /** One read of the log for all who come back at once. It costs one in memory nothing, and that forgets by itself. */
  async #confirmFloor(log: Log): Promise<void> {
    if (log.promises.batches && this.#settings.now() - this.#floorReadAt < FLOOR_FRESH_MS) return;
    this.#floorReading ??= this.#readFloor(log).finally(() => {
      this.#floorReading = undefined;
    });
    await this.#floorReading;
  }

  async #readFloor(log: Log): Promise<void> {
    const top = await log.position(this.name);
    if (this.#position !== undefined && top.epoch !== this.#position.epoch) this.#reset();
    else this.#learnFloor(top);
  }

  #learnFloor({ floor }: Standing): void {
    this.#floorReadAt = this.#settings.now();
    this.#raiseFloor(floor);
  }

  #raiseFloor(floor: number): void {
    this.#floor = Math.max(this.#floor, floor);
    if (this.#floor >= (this.#tail?.last ?? Number.POSITIVE_INFINITY)) this.#dropTail();
  }

  #open(log: Log): Promise<void> {
    this.#opening ??= this.#readPosition(log).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #readPosition(log: Log): Promise<void> {
    this.#seen = 0;
    const { epoch, offset, floor } = await log.position(this.name);
    this.#position = { epoch, offset };
    this.#floor = this.#trimmedTo?.epoch === epoch ? Math.max(floor, this.#trimmedTo.offset) : floor;
    this.#floorReadAt = this.#settings.now();
    if (this.#seen > this.position.offset) this.#fillInBackground(log);
  }

  #receiveInOrder(log: Log, publications: readonly Publication[]): void {
    this.#advance(publications);
    this.#see(publications);
    if (this.#seen > this.position.offset) this.#fillInBackground(log);
  }

  #see(publications: readonly Publication[]): void {
    this.#seen = Math.max(this.#seen, publications.at(-1)?.offset ?? 0);
  }

  /** Emits those that come next; skips what was told before, stops at a hole. */
  #advance(publications: readonly Publication[]): void {
    const { epoch, offset } = this.position;
    const fresh: Publication[] = [];
    for (const publication of publications) {
      if (publication.offset === offset + fresh.length + 1) fresh.push(publication);
    }
    if (fresh.length === 0) return;
    this.#position = { epoch, offset: offset + fresh.length };
    this.#tail?.push(fresh);
    this.#settings.emit(this, fresh);
  }

  #reset(): void {
    this.#position = undefined;
    this.#dropTail();
    this.#seen = 0;
    this.#settings.reset(this);
  }

  #dropTail(): void {
    this.#tail = undefined;
    this.#tailFrom = Number.POSITIVE_INFINITY;
  }

  /** Learns what a client that was at `offset` has seen and this node has not, or what it has missed. */
  async #catchUp(log: Log, offset: number): Promise<void> {
    // A fill that has begun already may have read before the client's last publication was there.
    if (offset > this.position.offset) await this.#filling;
    if (offset > this.position.offset) await this.#fill(log, offset);
    if (offset < this.position.offset) await this.#loadTail(log, offset);
    else this.#beginTail();
  }

  /** A client that has missed nothing so far may still miss what comes while others of its channels get ready. */
  #beginTail(): void {
    this.#tailUsedAt = this.#settings.now();
    this.#tail ??= new Tail(this.#settings.tailBounds);
  }

  /** A failed read is tried again by the next publication or `sweep`. */
  #fillInBackground(log: Log): void {
    this.#fill(log, this.#seen).catch(() => undefined);
  }

  /** Reads the log until subscribers have been told everything up to `target`, or the log has no more. */
  #fill(log: Log, target: number): Promise<void> {
    this.#filling ??= this.#readOn(log, target).finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #readOn(log: Log, target: number): Promise<void> {
    while (this.#position !== undefined && this.#position.offset < Math.max(target, this.#seen)) {
      const page = await log.read(this.name, { after: this.#position.offset, limit: FILL_PAGE });
      if (!this.#continues(page)) return;
      if (page.top.offset <= this.position.offset) return;
      // What subscribers are missing is no longer kept: they cannot be told honestly, so they start anew.
      if (this.#isGone(page)) return this.#reset();
      this.#advance(page.publications);
    }
  }

  /** Whether the page, which begins behind what subscribers were told, lacks something of what they are to be told next. */
  #isGone({ publications, top }: Page): boolean {
    const { offset } = this.position;
    const keptAfter = Math.max(this.#floor, sizeFloorOf(this.namespace, top.offset));
    const first = publications[0];
    // The first of them may have come by the bus while the log was read.
    if (offset < keptAfter || first === undefined || first.offset > offset + 1) return true;
    return this.#isAnyExpired(publications.slice(offset + 1 - first.offset));
  }

  /** False when what was read is of another epoch; then everyone is told, even if the bus never says so. */
  #continues({ top }: Page): boolean {
    if (this.#position === undefined) return false;
    if (this.#position.epoch !== top.epoch) this.#reset();
    else this.#learnFloor(top);
    return this.#position !== undefined;
  }

  /** Makes the tail reach back to `after`, or as far as there is something; clients that ask meanwhile share the read. */
  async #loadTail(log: Log, after: number): Promise<void> {
    this.#tailUsedAt = this.#settings.now();
    while (after < this.#tailFrom && this.#isWithinLimit(after)) {
      this.#tailReading ??= this.#readTail(log, this.#tailStart(after)).finally(() => {
        this.#tailReading = undefined;
      });
      await this.#tailReading;
    }
  }

  #isWithinLimit(after: number): boolean {
    if (this.#position === undefined || after < this.#keptAfter) return false;
    return this.#position.offset - after <= this.#settings.recoveryLimit;
  }

  /** When a second client finds that the tail does not reach back to it, more are coming: read for all of them. */
  #tailStart(after: number): number {
    if (this.#tailFrom === Number.POSITIVE_INFINITY) return after;
    return Math.max(0, this.position.offset - this.#settings.recoveryLimit);
  }

  async #readTail(log: Log, after: number): Promise<void> {
    // Keeps what comes live meanwhile.
    const live = this.#tail ?? new Tail(this.#settings.tailBounds);
    this.#tail = live;
    const missed = await this.#readBack(log, after, live.startsAfter ?? this.position.offset);
    if (missed === undefined) return;
    const merged = new Tail(this.#settings.tailBounds);
    merged.push(missed);
    merged.push(live.after(live.startsAfter ?? 0) ?? []);
    this.#tail = merged;
    this.#tailFrom = after;
  }

  /**
   * Publications above `after` and up to `last`, in order: of those the newest that fit into a tail. Undefined when
   * the history started anew meanwhile.
   */
  async #readBack(log: Log, after: number, last: number): Promise<readonly Publication[] | undefined> {
    const { epoch } = this.position;
    const newestFirst: Publication[] = [];
    let [before, bytes] = [last + 1, 0];
    while (before - 1 > after && bytes <= this.#settings.tailBounds.bytes) {
      const page = await log.read(this.name, { after: before, limit: before - 1 - after, reverse: true });
      if (!this.#continues(page) || page.top.epoch !== epoch) return undefined;
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
