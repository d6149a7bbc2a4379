import { counter, gauge, type MetricFamily } from '../../app/exposition.ts';
import { Histogram } from '../../core/measures/histogram.ts';
import type { ProcessVitals } from '../../ports/vitals.ts';
import { connectionCapacity } from './file-limit.ts';

/** How often the event loop's delay is measured. */
const CHECK_INTERVAL_MS = 500;

type Memory = Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed'>;

/** Metrics of the process itself. */
export class ProcessMetrics {
  readonly #lag = new Histogram();
  /** The delay at the last measurement and the one before, in seconds. */
  #lately: readonly [number, number] = [0, 0];
  readonly #startedAt = Date.now() / 1_000;
  #lastMemory: Memory = { rss: 0, heapUsed: 0 };
  readonly #connectionCapacity = connectionCapacity();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let due = performance.now() + CHECK_INTERVAL_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const late = Math.max(0, now - due) / 1_000;
      this.#lag.observe(late);
      this.#lately = [late, this.#lately[0]];
      due = now + CHECK_INTERVAL_MS;
    }, CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The last known value: reading it opens a file, which fails if there are too many. */
  #memory(): Memory {
    try {
      this.#lastMemory = process.memoryUsage();
    } catch {
      // Each part of the server reports its own lack of files.
    }
    return this.#lastMemory;
  }

  vitals(): ProcessVitals {
    const { rss, heapUsed } = this.#memory();
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1_000_000;
    return { residentBytes: rss, heapBytes: heapUsed, cpuSeconds, lagSeconds: Math.max(...this.#lately) };
  }

  families(): readonly MetricFamily[] {
    const { rss, heapUsed } = this.#memory();
    const { user, system } = process.cpuUsage();
    return [
      gauge('process_resident_memory_bytes', 'Resident memory of the process.', rss),
      gauge('banyan_heap_bytes', 'The part of it used by JavaScript objects.', heapUsed),
      counter('process_cpu_seconds_total', 'CPU time of all threads.', (user + system) / 1_000_000),
      gauge('process_start_time_seconds', 'Start time, in seconds since 1970.', this.#startedAt),
      {
        name: 'banyan_event_loop_lag_seconds',
        help: 'Delay of the event loop, measured twice a second.',
        kind: 'histogram',
        histogram: this.#lag,
      },
      ...this.#capacity(),
    ];
  }

  #capacity(): readonly MetricFamily[] {
    if (this.#connectionCapacity === undefined) return [];
    const help = 'Connections this process can hold: its limit of open files (ulimit -n), less its own.';
    return [gauge('banyan_connection_capacity', help, this.#connectionCapacity)];
  }
}
