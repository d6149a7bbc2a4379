import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../guard.ts';
import type { Session } from '../sessions/session.ts';

/** Sessions with output to write at the end of this turn of the event loop. */
export class FlushQueue {
  readonly #clock: Clock;
  readonly #guard: Guard;
  #sessions: Session[] = [];

  constructor(clock: Clock, guard: Guard) {
    this.#clock = clock;
    this.#guard = guard;
  }

  add(session: Session): void {
    if (this.#sessions.length === 0) this.#clock.soon(this.#flush);
    this.#sessions.push(session);
  }

  readonly #flush = (): void => {
    const sessions = this.#sessions;
    this.#sessions = [];
    for (const session of sessions) if (!this.#guard.run('answers', () => session.flush())) this.#close(session);
  };

  /** A reply is lost: the client must reconnect to notice. */
  #close(session: Session): void {
    this.#guard.run('answers', () => session.close('internal'));
  }
}
