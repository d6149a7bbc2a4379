import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { RefusedArrival } from '../limits/arrivals.ts';

/** Interval of log records about one limit. */
const PAUSE_MS = 60_000;

type RefusalLogParts = {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly connections: () => number;
};

/** Logs refused connections: one record per limit and minute, whatever the load. */
export class RefusalLog {
  readonly #parts: RefusalLogParts;
  readonly #recordedAt = new Map<RefusedArrival['limit'], number>();

  constructor(parts: RefusalLogParts) {
    this.#parts = parts;
  }

  note({ limit }: RefusedArrival, address: string): void {
    const { clock, telemetry, connections } = this.#parts;
    const now = clock.now();
    if (limit === 'draining' || Math.abs(now - (this.#recordedAt.get(limit) ?? 0)) < PAUSE_MS) return;
    this.#recordedAt.set(limit, now);
    telemetry.record('warn', 'connection.turned_away', { limit, address, connections: connections() });
  }
}
