import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../guard.ts';
import type { Session } from './session.ts';

/** The rate of disconnects: this many per second, or faster to finish within `withinMs`. */
export type DrainPlan = { readonly withinMs: number; readonly perSecond: number };

export const AT_ONCE: DrainPlan = { withinMs: 0, perSecond: 1 };

const SLICE_MS = 100;

/**
 * Disconnects a node's clients in slices, so that their next server does not get all of them at once: first those
 * without pending commands. A few are disconnected at once.
 */
export class Drain {
  readonly #clock: Clock;
  readonly #guard: Guard;
  #endPause: (() => void) | undefined;
  #isHurried = false;

  constructor(clock: Clock, guard: Guard) {
    this.#clock = clock;
    this.#guard = guard;
  }

  /** Disconnects the rest at once. False if nobody is left, or nobody will be in a moment. */
  hurry(): boolean {
    if (this.#isHurried || this.#endPause === undefined) return false;
    this.#isHurried = true;
    this.#endPause();
    return true;
  }

  /** Resolves when all were told. `open` returns the current ones, others may connect meanwhile. */
  async run(open: () => Iterable<Session>, { withinMs, perSecond }: DrainPlan): Promise<void> {
    const wantedMs = ([...open()].length / perSecond) * 1_000;
    for (let left = Math.floor(Math.min(withinMs, wantedMs) / SLICE_MS); left >= 0; left -= 1) {
      if (this.#isHurried) left = 0;
      const sessions = idleFirst(open());
      const slice = sessions.slice(0, Math.ceil(sessions.length / (left + 1)));
      this.#guard.each('drain', slice, (session) => session.close('shutdown'));
      if (left > 0) await this.#pause();
    }
    this.#endPause = undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(SLICE_MS, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

function idleFirst(sessions: Iterable<Session>): Session[] {
  const [idle, busy]: [Session[], Session[]] = [[], []];
  for (const session of sessions) (session.isBusy ? busy : idle).push(session);
  return [...idle, ...busy];
}
