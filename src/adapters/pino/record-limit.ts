import type { Fields } from '../../ports/telemetry.ts';

const WINDOW_MS = 60_000;
/** Records of one kind per minute; enough to see that a failure is general. */
const MAX_PER_MINUTE = 20;
/** Kinds that are remembered. */
const KINDS = 1_000;

type Window = { readonly since: number; written: number; leftOut: number };

/**
 * Limits the log records of a failure that affects every request. For a full disk, for example, thousands per second
 * would be written, perhaps to that disk. Records with an error are of one kind if their event and the first line of
 * the error are equal; records without an error are always written.
 */
export class RecordLimit {
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  /** `now`: in milliseconds, by a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * The fields to write, with the number of left-out records of the same kind since the last one (`left_out`);
   * undefined for a record to leave out.
   */
  pass(event: string, fields: Fields): Fields | undefined {
    if (typeof fields.error !== 'string') return fields;
    const window = this.#windowOf(kindOf(event, fields.error));
    if (window.written >= MAX_PER_MINUTE) {
      window.leftOut += 1;
      return undefined;
    }
    window.written += 1;
    const { leftOut } = window;
    window.leftOut = 0;
    return leftOut === 0 ? fields : { ...fields, left_out: leftOut };
  }

  #windowOf(kind: string): Window {
    const known = this.#windows.get(kind);
    const now = this.#now();
    if (known !== undefined && now - known.since < WINDOW_MS) return known;
    // The oldest kind is dropped; a kind that starts again becomes the newest.
    if (known !== undefined) this.#windows.delete(kind);
    else if (this.#windows.size >= KINDS) this.#forgetOldest();
    const begun = { since: now, written: 0, leftOut: known?.leftOut ?? 0 };
    this.#windows.set(kind, begun);
    return begun;
  }

  #forgetOldest(): void {
    for (const kind of this.#windows.keys()) {
      this.#windows.delete(kind);
      return;
    }
  }
}

function kindOf(event: string, error: string): string {
  const end = error.indexOf('\n');
  return `${event} ${error.slice(0, end < 0 ? 200 : Math.min(end, 200))}`;
}
