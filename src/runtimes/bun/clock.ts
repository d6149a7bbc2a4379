import type { Clock } from '../../ports/clock.ts';

/** Real time. `soon` runs after input that has already arrived, so that its output can be sent together. */
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
