import { createQuery, prepareStatement } from '../../core/operations/query.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sql, Statement } from '../../ports/sql.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { SIGN_IN_MS } from './cookie.ts';
import type { AccountsTables } from './tables.ts';

const MIN_INTERVAL_MS = 60_000;
const GATHER_MS = 2_000;
const BATCH = 500;

/** Records when devices and people were last seen, in batches, each device at most once a minute. */
export class LastSeen {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #writeDevice;
  readonly #writeUser;
  #devices = new Map<string, number>();
  #users = new Map<string, number>();
  #waiting = false;

  constructor(from: { sql: Sql; clock: Clock; telemetry: Telemetry }) {
    this.#sql = from.sql;
    this.#clock = from.clock;
    this.#telemetry = from.telemetry;
    const query = createQuery<AccountsTables>(from.sql);
    this.#writeDevice = prepareStatement<{ id: string; at: number; expires: number }>()((value) =>
      query
        .updateTable('devices')
        .set({ last_seen_at: value('at'), expires_at: value('expires') })
        .where('id', '=', value('id')),
    );
    this.#writeUser = prepareStatement<{ id: string; at: number }>()((value) =>
      query
        .updateTable('users')
        .set({ last_seen_at: value('at') })
        .where('id', '=', value('id')),
    );
  }

  /** The device was used now; `noted` is the stored time. Each use also extends its expiry. */
  device(id: string, noted: number): void {
    const now = this.#clock.now();
    if (now - noted < MIN_INTERVAL_MS) return;
    this.#devices.set(id, now);
    this.#gather();
  }

  user(id: string): void {
    this.#users.set(id, this.#clock.now());
    this.#gather();
  }

  #gather(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#clock.after(GATHER_MS, () => {
      this.#waiting = false;
      this.#write().catch((error) => this.#telemetry.record('warn', 'last_seen.failed', { error: String(error) }));
    });
  }

  async #write(): Promise<void> {
    const devices = [...this.#devices].map(([id, at]) => this.#writeDevice({ id, at, expires: at + SIGN_IN_MS }));
    const users = [...this.#users].map(([id, at]) => this.#writeUser({ id, at }));
    this.#devices = new Map();
    this.#users = new Map();
    const statements: Statement[] = [...devices, ...users];
    for (let from = 0; from < statements.length; from += BATCH) {
      await this.#sql.write(statements.slice(from, from + BATCH));
    }
  }
}
