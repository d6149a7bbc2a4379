import type { Session } from './session.ts';

/** Sessions by their user. */
export class SessionIndex {
  readonly #sessions = new Map<string, Set<Session>>();

  /** The number of users with a session. */
  get size(): number {
    return this.#sessions.size;
  }

  add(user: string, session: Session): void {
    const sessions = this.#sessions.get(user) ?? new Set();
    this.#sessions.set(user, sessions.add(session));
  }

  /** False if it was not there. */
  remove(user: string, session: Session): boolean {
    const sessions = this.#sessions.get(user);
    const wasThere = sessions?.delete(session) === true;
    if (sessions?.size === 0) this.#sessions.delete(user);
    return wasThere;
  }

  countOf(user: string): number {
    return this.#sessions.get(user)?.size ?? 0;
  }

  /** A copy: closing one of them changes the index. */
  of(user: string): Session[] {
    return [...(this.#sessions.get(user) ?? [])];
  }
}
