import type { Cancel, Clock } from '../ports/clock.ts';

type Repetition = {
  readonly clock: Clock;
  /** Pause between the end of one call and the next. */
  readonly ms: number;
  readonly onError: (error: unknown) => void;
};

/**
 * Calls `work` after each pause until it is stopped. The next call is scheduled whatever the outcome of this one,
 * including exceptions and rejections.
 */
export function repeat({ clock, ms, onError }: Repetition, work: () => void | Promise<void>): Cancel {
  let stopped = false;
  let cancel: Cancel = () => undefined;
  const schedule = () => {
    if (!stopped) cancel = clock.after(ms, run);
  };
  const run = () => {
    let working: void | Promise<void>;
    try {
      working = work();
    } catch (error) {
      schedule();
      return onError(error);
    }
    if (working === undefined) return schedule();
    working.catch(onError).finally(schedule);
  };
  schedule();
  return () => {
    stopped = true;
    cancel();
  };
}
