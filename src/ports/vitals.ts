import type { Count } from './telemetry.ts';

/** What the process as such can say of itself now. */
export type ProcessVitals = {
  /** Main memory that it takes, and of that what JavaScript objects take. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** CPU time of all threads since the start. */
  readonly cpuSeconds: number;
  /** How late the event loop came to what was due, at worst in the last second or so. */
  readonly lagSeconds: number;
};

/** The running program, as its operator sees it. Cheap enough to be asked once a second. */
export interface Vitals {
  /** The counters of `Telemetry`, as far as they are now. */
  counts(): readonly Count[];
  process(): ProcessVitals;
}
