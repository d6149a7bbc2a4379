import { readFileSync } from 'node:fs';
import { counter, type Family, gauge } from '../../app/exposition.ts';
import { Histogram } from '../../core/histogram.ts';
import type { ProcessVitals } from '../../ports/vitals.ts';

/** How often the event loop is looked at. */
const LOOK_MS = 500;
/** Files that a process needs for itself: its database, its libraries. */
const OWN_FILES = 64;

/** What can be said of this process as such. */
export class ProcessMetrics {
  readonly #lag = new Histogram();
  /** How late it was at the last look and the one before, in seconds. */
  #lately: readonly [number, number] = [0, 0];
  readonly #startedAt = Date.now() / 1_000;
  readonly #fileLimit = fileLimit();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let due = performance.now() + LOOK_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const late = Math.max(0, now - due) / 1_000;
      this.#lag.observe(late);
      this.#lately = [late, this.#lately[0]];
      due = now + LOOK_MS;
    }, LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  vitals(): ProcessVitals {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1_000_000;
    return { residentBytes: rss, heapBytes: heapUsed, cpuSeconds, lagSeconds: Math.max(...this.#lately) };
  }

  families(): readonly Family[] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return [
      gauge('process_resident_memory_bytes', 'Main memory that the process takes.', rss),
      gauge('banyan_heap_bytes', 'Of it, what JavaScript objects take.', heapUsed),
      counter('process_cpu_seconds_total', 'CPU time, of all threads.', (user + system) / 1_000_000),
      gauge('process_start_time_seconds', 'When it started, in seconds since 1970.', this.#startedAt),
      {
        name: 'banyan_event_loop_lag_seconds',
        help: 'How late the event loop came to what was due, looked at twice a second.',
        kind: 'histogram',
        histogram: this.#lag,
      },
      ...this.#capacity(),
    ];
  }

  #capacity(): readonly Family[] {
    if (this.#fileLimit === undefined) return [];
    const help = 'Connections that this process can hold: its limit of open files (ulimit -n), less its own.';
    return [gauge('banyan_connection_capacity', help, Math.max(0, this.#fileLimit - OWN_FILES))];
  }
}

/** Undefined where it is not told (only Linux tells), or there is none. */
function fileLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
