import type { Log, Page, Position, Publication } from '../../ports/log.ts';
import type { RecoveryTail } from './recovery-tail.ts';

/** Publications read at once while a gap is filled. */
const FILL_PAGE = 1_000;

export type GateSettings = {
  readonly channel: string;
  readonly log: Log;
  /** Stores what passes the gate, and knows what the log still has. */
  readonly tail: RecoveryTail;
  /** Passes publications to the subscribers, in order. */
  readonly emit: (publications: readonly Publication[]) => void;
  /** A new epoch began: subscribers' positions are invalid now. */
  readonly reset: () => void;
};

/**
 * Passes a channel's publications on in offset order, each once. Drops repeats and reads what the bus lost from the
 * log.
 */
export class OrderGate {
  readonly #settings: GateSettings;
  #position: Position | undefined;
  #opening: Promise<void> | undefined;
  #filling: Promise<void> | undefined;
  /** The highest offset seen on the bus or in the log. */
  #seen = 0;

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  /** The last offset sent to subscribers. Undefined until `open`, and after a reset. */
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

  /** Publications from the bus: may repeat, be missing or late. */
  receive(epoch: string, publications: readonly Publication[]): void {
    if (this.#position === undefined) {
      // Arrived while the position is being read, and may not be included: check afterwards.
      this.#see(publications);
    } else if (epoch === this.#position.epoch) {
      this.#receiveInOrder(publications);
    } else {
      this.#reset();
    }
  }

  /** Reads what this node has not seen up to `offset`, which a client has. */
  async catchUp(offset: number): Promise<void> {
    // A running fill may have read before the client's last publication was stored.
    if (offset > this.#offset) await this.#filling;
    if (offset > this.#offset) await this.#fill(offset);
  }

  /**
   * Compares the subscribers' position with the log: nothing else shows that the bus lost the end of a burst, nor that
   * an inactive history was evicted. Never rejects.
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

  /** Reads the log if the bus has shown more than was sent. */
  fillGap(): void {
    if (this.#seen > this.#offset) this.#fillInBackground();
  }

  /** Reads what the log still has. */
  async readFloor(): Promise<void> {
    const { log, channel, tail } = this.#settings;
    const top = await log.position(channel);
    if (this.#position !== undefined && top.epoch !== this.#position.epoch) this.#reset();
    else tail.learnFloor(top);
  }

  /** False if the result is of another epoch; then everyone is told, even if the bus never reports it. */
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

  /** Emits the next ones; skips those sent before, stops at a gap. */
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

  /** A failed read is retried by the next publication or `sweep`. */
  #fillInBackground(): void {
    this.#fill(this.#seen).catch(() => undefined);
  }

  /** Reads the log until everything up to `target` was sent, or the log has no more. */
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
      // What subscribers miss is no longer kept: they must start again.
      if (this.#isGone(page)) return this.#reset();
      this.#advance(page.publications);
    }
  }

  /** Whether the page, which begins after the last sent offset, lacks some of the next publications. */
  #isGone({ publications, top }: Page): boolean {
    const { tail } = this.#settings;
    const offset = this.#offset;
    const first = publications[0];
    // The first of them may have arrived by the bus while the log was read.
    if (offset < tail.keptAfter(top.offset) || first === undefined || first.offset > offset + 1) return true;
    return tail.isAnyExpired(publications.slice(offset + 1 - first.offset));
  }
}
