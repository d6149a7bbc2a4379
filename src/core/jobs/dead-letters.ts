import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { DeadLetter, LaneSize, WorkLog } from '../../ports/work-log.ts';
import { ClientError } from '../errors.ts';
import { Turns } from './turns.ts';

export type DeadLetterPage = { readonly deadLetters: readonly DeadLetter[]; readonly next: string | null };

/** Limits; above them the oldest are removed. */
export type DeadLetterBounds = { readonly works: number; readonly bytes: number; readonly ms: number };

type Parts = {
  readonly log: WorkLog;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly bounds: DeadLetterBounds;
  /** They are pending work again. */
  readonly onRevived: (deadLetters: readonly DeadLetter[]) => void;
};

const PAGE = 100;

/** Permanently failed work: listed, retried or deleted by operators. */
export class DeadLetters {
  readonly #parts: Parts;
  #works = 0;
  #bytes = 0;
  /** Changes of their number run one after another, so that each is counted once. */
  readonly #turns = new Turns();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Their number, and the bytes of their data. */
  get total(): { readonly works: number; readonly bytes: number } {
    return { works: this.#works, bytes: this.#bytes };
  }

  /** Counts them at the start. */
  count(sizes: readonly LaneSize[]): void {
    const dead = sizes.filter((size) => size.dead);
    this.#works = dead.reduce((sum, { works }) => sum + works, 0);
    this.#bytes = dead.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Newest first; `after` is `next` of the previous page. */
  async page(after: string | undefined, limit: number): Promise<DeadLetterPage> {
    const found = await this.#parts.log.deadLetters({ after, limit: limit + 1 });
    const deadLetters = found.slice(0, limit);
    return { deadLetters: deadLetters, next: found.length > limit ? (deadLetters.at(-1)?.id ?? null) : null };
  }

  /** Throws `ClientError` `notFound`. */
  async get(id: string): Promise<DeadLetter & { readonly data: string }> {
    const letter = await this.#parts.log.deadLetter(id);
    if (letter === undefined) throw new ClientError('notFound', { field: 'id', message: 'no such dead letter' });
    return letter;
  }

  /** Throws `ClientError` `notFound`. */
  retry(id: string): Promise<void> {
    return this.#turns.run(async () => this.#revive([await this.get(id)]));
  }

  /** Throws `ClientError` `notFound`. */
  discard(id: string): Promise<void> {
    return this.#turns.run(async () => this.#remove([await this.get(id)]));
  }

  /** Returns their number. */
  retryAll(): Promise<number> {
    return this.#turns.run(() => this.#all((deadLetters) => this.#revive(deadLetters)));
  }

  /** Returns their number. */
  discardAll(): Promise<number> {
    return this.#turns.run(() => this.#all((deadLetters) => this.#remove(deadLetters)));
  }

  /** Work has become a dead letter. */
  added(bytes: number): void {
    this.#works += 1;
    this.#bytes += bytes;
  }

  /** Removes what exceeds the limits. To be called periodically. */
  trim(): Promise<void> {
    return this.#turns.run(async () => {
      const { log, telemetry, clock, bounds } = this.#parts;
      let dropped = 0;
      for (;;) {
        const page = await log.deadLetters({ limit: PAGE, oldestFirst: true });
        const tooOld = page.filter(({ failedAt }) => failedAt < clock.now() - bounds.ms);
        const over = this.#pastBounds(page);
        const gone = over.length > tooOld.length ? over : tooOld;
        if (gone.length === 0) break;
        await this.#remove(gone);
        dropped += gone.length;
      }
      if (dropped === 0) return;
      telemetry.count('banyan_dead_letters_dropped_total', {}, dropped);
      telemetry.record('warn', 'dead_letters.dropped', { count: dropped });
    });
  }

  /** As many of the oldest as must be removed. */
  #pastBounds(oldest: readonly DeadLetter[]): readonly DeadLetter[] {
    const { bounds } = this.#parts;
    let [works, bytes] = [this.#works, this.#bytes];
    const kept = oldest.findIndex((letter) => {
      if (works <= bounds.works && bytes <= bounds.bytes) return true;
      works -= 1;
      bytes -= letter.bytes;
      return false;
    });
    return kept < 0 ? oldest : oldest.slice(0, kept);
  }

  /**
   * From the oldest to the currently newest, so that lanes keep their order. One that fails again is not processed
   * twice.
   */
  async #all(act: (deadLetters: readonly DeadLetter[]) => Promise<void>): Promise<number> {
    const { log } = this.#parts;
    const [newest] = await log.deadLetters({ limit: 1 });
    let [count, last]: [number, string | undefined] = [0, undefined];
    while (last !== newest?.id) {
      const page = await log.deadLetters({ after: last, limit: PAGE, oldestFirst: true });
      if (page.length === 0) break;
      const end = page.findIndex(({ id }) => id === newest?.id);
      const deadLetters: readonly DeadLetter[] = end < 0 ? page : page.slice(0, end + 1);
      last = deadLetters.at(-1)?.id;
      await act(deadLetters);
      count += deadLetters.length;
    }
    return count;
  }

  async #revive(deadLetters: readonly DeadLetter[]): Promise<void> {
    await this.#parts.log.revive(deadLetters.map(({ id }) => id));
    this.#forget(deadLetters);
    this.#parts.onRevived(deadLetters);
  }

  async #remove(deadLetters: readonly DeadLetter[]): Promise<void> {
    await this.#parts.log.remove(deadLetters.map(({ id }) => id));
    this.#forget(deadLetters);
  }

  #forget(deadLetters: readonly DeadLetter[]): void {
    this.#works = Math.max(0, this.#works - deadLetters.length);
    this.#bytes = Math.max(
      0,
      deadLetters.reduce((left, { bytes }) => left - bytes, this.#bytes),
    );
  }
}
