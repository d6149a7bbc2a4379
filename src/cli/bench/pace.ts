import { micros } from './payload.ts';

/** Timers may be this late; anything due sooner is polled for. */
const TIMER_MICROS = 2_000;
/** Due actions run in slices, between which replies are read. */
const SLICE_LENGTH = 500;

export type Schedule = {
  /** When the first one is due, in `micros`, and how many there are. */
  readonly start: number;
  readonly count: number;
  readonly perSecond: number;
  readonly signal: AbortSignal;
};

/** The due time of each action. */
export function dueOf({ start, perSecond }: Pick<Schedule, 'start' | 'perSecond'>, index: number): number {
  return start + Math.floor((index * 1e6) / perSecond);
}

/**
 * Calls `act` for each action as soon as it is due, whatever the outcome of earlier ones: a server that stalls delays
 * its replies, not the requests. Times measured from `due` then include what a user would have waited ("coordinated
 * omission"). Ends with the schedule, or early with its signal.
 */
export async function keepSchedule(schedule: Schedule, act: (index: number, due: number) => void): Promise<void> {
  const { count, signal } = schedule;
  for (let next = 0; next < count && !signal.aborted; ) {
    const now = micros();
    for (let room = SLICE_LENGTH; room > 0 && next < count && dueOf(schedule, next) <= now; room -= 1) {
      act(next, dueOf(schedule, next));
      next += 1;
    }
    if (next < count) await until(dueOf(schedule, next), signal);
  }
}

/** Waits until the time, or only for the next turn of the event loop if it has passed. Ends early with the signal. */
export async function until(time: number, signal: AbortSignal): Promise<void> {
  const wait = time - micros();
  if (wait > TIMER_MICROS) return pause((wait - TIMER_MICROS) / 1_000, signal);
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits. Ends early with the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
