import { micros } from './payload.ts';

/** Timers come late by up to this much; what is due sooner is waited for without one. */
const TIMER_MICROS = 2_000;
/** What is due goes out in pieces, between which the answers are read. */
const AT_ONCE = 500;

export type Schedule = {
  /** When the first one is due, in `micros`, and how many there are. */
  readonly start: number;
  readonly count: number;
  readonly perSecond: number;
  readonly signal: AbortSignal;
};

/** When each of a schedule is due. */
export function dueOf({ start, perSecond }: Pick<Schedule, 'start' | 'perSecond'>, index: number): number {
  return start + Math.floor((index * 1e6) / perSecond);
}

/**
 * Calls `act` for each of a schedule as soon as it is due, whatever became of those before it: a server that stands
 * still delays its answers, and not the questions. Whoever counts times from `due` so counts what a user would have waited
 * ("coordinated omission"). Ends with the schedule, or early with its signal.
 */
export async function keepSchedule(schedule: Schedule, act: (index: number, due: number) => void): Promise<void> {
  const { count, signal } = schedule;
  for (let next = 0; next < count && !signal.aborted; ) {
    const now = micros();
    for (let room = AT_ONCE; room > 0 && next < count && dueOf(schedule, next) <= now; room -= 1) {
      act(next, dueOf(schedule, next));
      next += 1;
    }
    if (next < count) await until(dueOf(schedule, next), signal);
  }
}

/** Waits until the time, or at once for the next turn of the event loop when it has come. Ends early with the signal. */
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
