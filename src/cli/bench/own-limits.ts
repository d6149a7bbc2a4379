import { Histogram } from './histogram.ts';
import { micros } from './payload.ts';

const LOOK_MS = 10;
/** Timers alone are that late (p99, in microseconds); and later than this nothing is the server's alone. */
const UNNOTICED = 5_000;
const LATE = 20_000;
/** Between the two, the share of a measured p99 that may be the generator's own. */
const SHARE = 0.5;

/** What the generator itself was held up by, so that nobody takes it for the server. */
export class OwnLimits {
  /** How late publications went out, and how late the event loop came to what was due; in microseconds. */
  readonly sending = new Histogram();
  readonly loop = new Histogram();
  #timer: ReturnType<typeof setInterval> | undefined;
  #cpu = process.cpuUsage();
  #startedAt = micros();
  #endedAt: number | undefined;

  start(): void {
    let due = micros() + LOOK_MS * 1_000;
    this.#cpu = process.cpuUsage();
    this.#startedAt = micros();
    this.#timer = setInterval(() => {
      const now = micros();
      this.loop.record(now - due);
      due = now + LOOK_MS * 1_000;
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#endedAt ??= micros();
    this.#cpu = process.cpuUsage(this.#cpu);
  }

  /** Share of one processor that the generator took, of which it can take one. */
  get cpu(): number {
    const spent = this.#cpu.user + this.#cpu.system;
    return spent / Math.max(1, (this.#endedAt ?? micros()) - this.#startedAt);
  }

  /** Whether times whose p99 is this, in microseconds, are the server's rather than the generator's. */
  isToBeTrusted(p99: number): boolean {
    const own = Math.max(this.sending.quantile(0.99), this.loop.quantile(0.99));
    return own <= UNNOTICED || (own <= LATE && own <= p99 * SHARE);
  }
}
