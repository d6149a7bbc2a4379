import { Histogram } from './histogram.ts';
import { micros } from './payload.ts';

const CHECK_INTERVAL_MS = 10;
/**
 * Timers alone have this delay (p99, in microseconds); above the second value times are never attributed to the server
 * alone.
 */
const NEGLIGIBLE_SHARE = 5_000;
const LATE = 20_000;
/** Between the two, the share of a measured p99 that may be the generator's own. */
const SHARE = 0.5;

/** The generator's own delays, which must not be attributed to the server. */
export class OwnLimits {
  /** Delays of publications and of the event loop; in microseconds. */
  readonly sending = new Histogram();
  readonly loop = new Histogram();
  #timer: ReturnType<typeof setInterval> | undefined;
  #cpu = process.cpuUsage();
  #startedAt = micros();
  #endedAt: number | undefined;

  start(): void {
    let due = micros() + CHECK_INTERVAL_MS * 1_000;
    this.#cpu = process.cpuUsage();
    this.#startedAt = micros();
    this.#timer = setInterval(() => {
      const now = micros();
      this.loop.record(now - due);
      due = now + CHECK_INTERVAL_MS * 1_000;
    }, CHECK_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#endedAt ??= micros();
    this.#cpu = process.cpuUsage(this.#cpu);
  }

  /** The generator's share of one processor; it cannot use more than one. */
  get cpu(): number {
    const spent = this.#cpu.user + this.#cpu.system;
    return spent / Math.max(1, (this.#endedAt ?? micros()) - this.#startedAt);
  }

  /** Whether times with this p99, in microseconds, are the server's rather than the generator's. */
  isReliable(p99: number): boolean {
    const own = Math.max(this.sending.quantile(0.99), this.loop.quantile(0.99));
    return own <= NEGLIGIBLE_SHARE || (own <= LATE && own <= p99 * SHARE);
  }
}
