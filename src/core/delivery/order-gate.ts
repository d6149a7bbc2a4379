import type { Log, Page, Position, Publication } from '../../ports/log.ts';
import type { RecoveryTail } from './recovery-tail.ts';

/** Publications read in one go while a gap is filled. */
const FILL_PAGE = 1_000;

export type GateSettings = {
  readonly channel: string;
  readonly log: Log;
  /** Keeps what passes the gate, and knows what the log still has. */
  readonly tail: RecoveryTail;
  /** Hands publications to the subscribers, in order. */
  readonly emit: (publications: readonly Publication[]) => void;
  /** The channel's history started anew: no subscriber's position means anything now. */
  readonly reset: () => void;
};

/**
 * Passes the publications of a channel on in the order of their offsets, each once. Drops repeated ones and reads
 * from the log what the bus lost.
 */
export class OrderGate {
  readonly #settings: GateSettings;
  #position: Position | undefined;
  #opening: Promise<void> | undefined;
  #filling: Promise<void> | undefined;
  /** The highest offset that the bus or the log has shown. */
  #seen = 0;

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  /** Up to where subscribers have been told. Undefined until `open`, and after a reset. */
  get position(): Position | undefined {
    return this.#position;
  }

  get #offset(): number {
    return this.#position?.offset ?? 0;
  }

  /** Reads the position from the log. */
  open(): Promise<void> {
    this.#opening ??= this.#readPosition().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Publications from the bus: may repeat, miss some or be late. */
  receive(epoch: string, publications: readonly Publication[]): void {
    if (this.#position === undefined) {
      // Came while the position is being read, and may not be in it: remember to look.
      this.#see(publications);
    } else if (epoch === this.#position.epoch) {
      this.#receiveInOrder(publications);
    } else {
      this.#reset();
    }
  }

  /** Reads what this node has not seen up to `offset`, which a client has. */
  async catchUp(offset: number): Promise<void> {
    // A fill that has begun already may have read before the client's last publication was there.
    if (offset > this.#offset) await this.#filling;
    if (offset > this.#offset) await this.#fill(offset);
  }

  /**
   * Compares with the log what subscribers have been told: what the bus lost at the end of a burst shows in nothing
   * else, nor that a history which nobody writes to was forgotten. Does not reject.
   */
  async checkPosition(): Promise<void> {
    const { log, channel } = this.#settings;
    const told = this.#position;
    if (told === undefined) return;
    const top = await log.position(channel).catch(() => undefined);
    // Another epoch has begun meanwhile, and everyone knows.
    if (top === undefined || this.#position?.epoch !== told.epoch) return;
    if (top.epoch !== told.epoch) return this.#reset();
    this.#settings.tail.learnFloor(top);
    this.#seen = Math.max(this.#seen, top.offset);
    this.fillGap();
  }

  /** Reads the log where the bus has shown more than subscribers were told. */
  fillGap(): void {
    if (this.#seen > this.#offset) this.#fillInBackground();
  }

  /** Reads from the log what it still has. */
  async readFloor(): Promise<void> {
    const { log, channel, tail } = this.#settings;
    const top = await log.position(channel);
    if (this.#position !== undefined && top.epoch !== this.#position.epoch) this.#reset();
    else tail.learnFloor(top);
  }

  /** False when what was read is of another epoch; then everyone is told, even if the bus never says so. */
  continues({ top }: Page): boolean {
    if (this.#position === undefined) return false;
    if (this.#position.epoch !== top.epoch) this.#reset();
    else this.#settings.tail.learnFloor(top);
    return this.#position !== undefined;
  }

  async #readPosition(): Promise<void> {
    const { log, channel, tail } = this.#settings;
    this.#seen = 0;
    const standing = await log.position(channel);
    this.#position = { epoch: standing.epoch, offset: standing.offset };
    tail.startFloor(standing);
    this.fillGap();
  }

  #receiveInOrder(publications: readonly Publication[]): void {
    this.#advance(publications);
    this.#see(publications);
    this.fillGap();
  }

  #see(publications: readonly Publication[]): void {
    this.#seen = Math.max(this.#seen, publications.at(-1)?.offset ?? 0);
  }

  /** Emits those that come next; skips what was told before, stops at a hole. */
  #advance(publications: readonly Publication[]): void {
    if (this.#position === undefined) return;
    const { epoch, offset } = this.#position;
    const fresh: Publication[] = [];
    for (const publication of publications) {
      if (publication.offset === offset + fresh.length + 1) fresh.push(publication);
    }
    if (fresh.length === 0) return;
    this.#position = { epoch, offset: offset + fresh.length };
    this.#settings.tail.push(fresh);
    this.#settings.emit(fresh);
  }

  #reset(): void {
    this.#position = undefined;
    this.#settings.tail.drop();
    this.#seen = 0;
    this.#settings.reset();
  }

  /** A failed read is tried again by the next publication or `sweep`. */
  #fillInBackground(): void {
    this.#fill(this.#seen).catch(() => undefined);
  }

  /** Reads the log until subscribers have been told everything up to `target`, or the log has no more. */
  #fill(target: number): Promise<void> {
    this.#filling ??= this.#readOn(target).finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #readOn(target: number): Promise<void> {
    const { log, channel } = this.#settings;
    while (this.#position !== undefined && this.#position.offset < Math.max(target, this.#seen)) {
      const page = await log.read(channel, { after: this.#position.offset, limit: FILL_PAGE });
      if (!this.continues(page)) return;
      if (page.top.offset <= this.#offset) return;
      // What subscribers are missing is no longer kept: they cannot be told honestly, so they start anew.
      if (this.#isGone(page)) return this.#reset();
      this.#advance(page.publications);
    }
  }

  /** Whether the page, which begins after what subscribers were told, lacks something of what they are to be told next. */
  #isGone({ publications, top }: Page): boolean {
    const { tail } = this.#settings;
    const offset = this.#offset;
    const first = publications[0];
    // The first of them may have come by the bus while the log was read.
    if (offset < tail.keptAfter(top.offset) || first === undefined || first.offset > offset + 1) return true;
    return tail.isAnyExpired(publications.slice(offset + 1 - first.offset));
  }
}
