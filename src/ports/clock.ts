/** Cancels a pending call; calling it twice, or after the call ran, does nothing. */
export type Cancel = () => void;

/** Time for the core. Real in the runtimes, manual in the simulation. */
export interface Clock {
  /** Wall clock in milliseconds since 1970, UTC. May step backwards: never order publications by it. */
  now(): number;
  /** Calls `run` once, at least `ms` milliseconds from now. */
  after(ms: number, run: () => void): Cancel;
  /** Calls `run` once, when the current turn of the event loop has handled its input. */
  soon(run: () => void): void;
}
