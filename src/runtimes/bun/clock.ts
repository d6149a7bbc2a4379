import type { Clock } from '../../ports/clock.ts';

/** Real time. `soon` runs after the input that has already arrived, so what it causes can travel together. */
export const systemClock: Clock = {
  now: Date.now,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  soon: (run) => {
    setImmediate(run);
  },
};
