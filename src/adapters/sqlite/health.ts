import type { Fields, LogLevel } from '../../ports/telemetry.ts';
import type { CheckOrder, CheckResult } from './check-worker.ts';
import { isDamageCode, isNoSpaceCode } from './damage.ts';
import { FilesGoneError } from './file-watch.ts';
import { startThread } from './start-thread.ts';

export type RecordEvent = (level: LogLevel, event: string, fields?: Fields) => void;

const GONE = new FilesGoneError('').code;
const RESCUE = 'see "Damaged data" in docs/operations.md';

/**
 * The condition of the database, from errors of its threads and from a check of all its pages. Each condition is logged
 * once when it begins, and once when it ends.
 */
export class Health {
  readonly #file: string;
  readonly #record: RecordEvent;
  #damage: string | undefined;
  #isFull = false;
  #isGone = false;
  #check: Worker | undefined;
  #isChecked = false;

  constructor(file: string, record: RecordEvent) {
    this.#file = file;
    this.#record = record;
  }

  /** One line that says what is damaged; undefined if no damage is known. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The last write failed because the disk is full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** No problem is known, and no check is running: the next start need not check. */
  get isWell(): boolean {
    return this.#damage === undefined && !this.#isGone && this.#check === undefined;
  }

  /** A job of the writer or the reader has failed. */
  failed(code: string, message: string): void {
    if (code === GONE) this.#gone(message);
    else if (isNoSpaceCode(code)) this.#full(message);
    else if (isDamageCode(code)) this.#damaged(message);
  }

  /** A write of some size succeeded. */
  written(): void {
    if (this.#isFull) this.#record('info', 'database.writable');
    if (this.#isGone) this.#record('info', 'database.files_back');
    this.#isFull = false;
    this.#isGone = false;
  }

  /** A read failed: the first time, this starts a full check. */
  sawDamage(): void {
    this.#damaged('pages of the database are malformed');
  }

  /** Reads all pages in its own thread; the result is logged, and kept in `damage`. */
  checkInBackground(): void {
    if (this.#check !== undefined || this.#isChecked) return;
    const worker = this.#startCheck();
    if (worker === undefined) return;
    this.#check = worker;
    worker.onmessage = ({ data }: { data: CheckResult }) => this.#checked(data);
    worker.onerror = (event) => this.#checked({ problems: [event.message] });
  }

  close(): void {
    this.#check?.terminate();
  }

  /** Undefined where no file is left for it: the next start checks. */
  #startCheck(): Worker | undefined {
    try {
      return startThread(new URL('./check-worker.ts', import.meta.url), { file: this.#file } satisfies CheckOrder);
    } catch (error) {
      this.#record('warn', 'database.check_failed', { error: (error as Error).message });
      return undefined;
    }
  }

  #checked({ problems }: CheckResult): void {
    this.#check?.terminate();
    this.#check = undefined;
    this.#isChecked = true;
    if (problems.length === 0) {
      // Damage found by a read may be a row whose text alone is damaged.
      if (this.#damage === undefined) this.#record('info', 'database.checked');
      else this.#recordDamage([this.#damage]);
      return;
    }
    this.#damage = summary(problems);
    this.#recordDamage(problems);
  }

  #damaged(message: string): void {
    if (this.#damage !== undefined) return;
    this.#damage = message;
    if (this.#isChecked) this.#recordDamage([message]);
    else this.checkInBackground();
  }

  #recordDamage(problems: readonly string[]): void {
    this.#record('error', 'database.damaged', {
      ...{ problems: problems.length, found: summary(problems) },
      remedy: `stop the server and run "repair"; ${RESCUE}`,
    });
  }

  #full(error: string): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#record('error', 'database.full', {
      error,
      consequence: 'durable publications are refused until there is space',
    });
  }

  #gone(error: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#record('error', 'database.files_gone', { error, remedy: `do not stop the server yet; ${RESCUE}` });
  }
}

function summary([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first}, and ${more.length} more`;
}
