import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of a server's log. */
export type LogRecord = { readonly level: string; readonly time: string; readonly event: string } & Readonly<
  Record<string, unknown>
>;

/** The log of a server started `through` it; set `BANYAN_LOG_FORMAT: 'json'`. */
export class Records {
  readonly #folder = mkdtempSync(join(tmpdir(), 'banyan-log-'));
  readonly #file = join(this.#folder, 'log');
  /** For `startBanyan`. */
  readonly through = ['sh', '-c', `exec "$@" 2>>"${this.#file}"`, 'sh'];

  /** Everything so far. */
  text(): string {
    return readFileSync(this.#file, 'utf8');
  }

  /** The lines so far. Throws for a line that is not JSON. */
  all(): LogRecord[] {
    const lines = this.text().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogRecord);
  }

  of(event: string): LogRecord[] {
    return this.all().filter((record) => record.event === event);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
