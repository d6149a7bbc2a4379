import type { Clock } from '../ports/clock.ts';
import type { Fields, Telemetry } from '../ports/telemetry.ts';

/** Interval of log records about one part. */
const RECORD_EVERY_MS = 60_000;
/** Parts whose last record is remembered; names come from the code, so there are few. */
const MAX_PARTS = 100;

type GuardParts = { readonly clock: Pick<Clock, 'now'>; readonly telemetry: Telemetry };

/**
 * Catches exceptions of one part of a loop, so that the other parts and the loop itself continue. Each failure is
 * counted by its part; the log gets one record per part and minute, with the number of failures.
 */
export class Guard {
  readonly #parts: GuardParts;
  /** By part: the time of its last record, and failures since then. */
  readonly #known = new Map<string, { at: number; unreported: number }>();

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Runs the work. False if it threw. */
  run(part: string, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.failed(part, error);
      return false;
    }
  }

  /** Runs the work for each item; one that throws does not affect the others. */
  each<T>(part: string, items: Iterable<T>, work: (item: T) => void): void {
    for (const item of items) {
      try {
        work(item);
      } catch (error) {
        this.failed(part, error);
      }
    }
  }

  /** Counts a failure that was caught elsewhere, and logs it unless the last record is recent. */
  failed(part: string, thrown: unknown, fields: Fields = {}): void {
    const { clock, telemetry } = this.#parts;
    telemetry.count('banyan_part_failures_total', { part });
    const now = clock.now();
    const known = this.#known.get(part) ?? { at: Number.NEGATIVE_INFINITY, unreported: 0 };
    known.unreported += 1;
    if (this.#known.size < MAX_PARTS) this.#known.set(part, known);
    // A wall clock may step back.
    if (Math.abs(now - known.at) < RECORD_EVERY_MS) return;
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    telemetry.record('error', 'part.failed', { part, failures: known.unreported, ...fields, error });
    known.at = now;
    known.unreported = 0;
  }
}
