import type { Session } from './session.ts';

/** Sessions by whom they belong to. */
export class SessionIndex {
  readonly #sessions = new Map<string, Set<Session>>();

  /** How many have a session. */
  get size(): number {
    return this.#sessions.size;
  }

  add(user: string, session: Session): void {
    const sessions = this.#sessions.get(user) ?? new Set();
    this.#sessions.set(user, sessions.add(session));
  }

  remove(user: string, session: Session): void {
    const sessions = this.#sessions.get(user);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#sessions.delete(user);
  }

  /** A list of its own: closing one of them changes the index. */
  of(user: string): Session[] {
    return [...(this.#sessions.get(user) ?? [])];
  }
}
