import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../guard.ts';
import type { Session } from './session.ts';

/** How fast connections are sent away: so many a second, or faster where they would not be gone `withinMs`. */
export type DrainPlan = { readonly withinMs: number; readonly perSecond: number };

export const AT_ONCE: DrainPlan = { withinMs: 0, perSecond: 1 };

const SLICE_MS = 100;

/**
 * Sends a node's clients away in slices, so that whoever takes them up is not asked for all at once: first those that
 * await no answer. Few go at once.
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

  /** Sends away at once whoever is left. False where nobody is any more, or will be at once anyway. */
  hurry(): boolean {
    if (this.#isHurried || this.#endPause === undefined) return false;
    this.#isHurried = true;
    this.#endPause();
    return true;
  }

  /** Resolves when all are told. `open` gives those that are there, others may come meanwhile. */
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
