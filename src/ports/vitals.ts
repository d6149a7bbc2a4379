import type { Count } from './telemetry.ts';

/** The current state of the process. */
export type ProcessVitals = {
  /** Resident memory, and the part used by JavaScript objects. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** CPU time of all threads since the start. */
  readonly cpuSeconds: number;
  /** The largest delay of the event loop in the last second or so. */
  readonly lagSeconds: number;
};

/** The running program, as its operator sees it. Cheap enough to be read once a second. */
export interface Vitals {
  /** The current counters of `Telemetry`. */
  counts(): readonly Count[];
  process(): ProcessVitals;
}
