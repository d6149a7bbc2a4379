import type { AppPrincipal } from '../../core/access/principal.ts';
import type { DisconnectName } from '../../core/disconnects.ts';
import type { Session } from '../../core/sessions/session.ts';
import { SessionIndex } from '../../core/sessions/session-index.ts';
import type { Clock } from '../../ports/clock.ts';

/** The clients of one app on this node: their number, who is signed in, and who watches whom. */
export class Clients {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #byUser = new SessionIndex();
  /** The watchers of a user. */
  readonly #watchers = new SessionIndex();
  /** Whom each client watches, from before its sign-in is accepted. */
  readonly #watching = new Map<string, readonly string[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Closes all connections. */
  close(kind: DisconnectName): void {
    for (const session of [...this.#sessions.values()]) session.close(kind);
  }

  opened(session: Session): void {
    this.#sessions.set(session.client, session);
  }

  /** The client is about to be signed in with this watchlist. */
  watches(client: string, users: readonly string[]): void {
    const session = this.#sessions.get(client);
    if (session !== undefined) this.#unwatch(session);
    this.#watching.set(client, users);
  }

  signedIn(session: Session, { user }: AppPrincipal): void {
    const wasOffline = this.#byUser.of(user).length === 0;
    this.#byUser.add(user, session);
    const watched = this.#watching.get(session.client) ?? [];
    if (wasOffline) this.#tellWatchers(user, true);
    for (const each of watched) this.#watchers.add(each, session);
    // Called after the sign-in reply.
    if (watched.length > 0) this.#clock.soon(() => this.#tellState(session, watched));
  }

  /** Ignores connections that were never opened. */
  closed(session: Session, { user }: AppPrincipal): void {
    if (!this.#sessions.delete(session.client)) return;
    this.#unwatch(session);
    if (user === '') return;
    this.#byUser.remove(user, session);
    if (this.#byUser.of(user).length === 0) this.#tellWatchers(user, false);
  }

  #unwatch(session: Session): void {
    for (const each of this.#watching.get(session.client) ?? []) this.#watchers.remove(each, session);
    this.#watching.delete(session.client);
  }

  #tellWatchers(user: string, online: boolean): void {
    for (const session of this.#watchers.of(user)) session.push({ kind: 'users', online, users: [user] });
  }

  #tellState(session: Session, watched: readonly string[]): void {
    const isOnline = (user: string) => this.#byUser.of(user).length > 0;
    const [online, offline] = [watched.filter(isOnline), watched.filter((user) => !isOnline(user))];
    if (online.length > 0) session.push({ kind: 'users', online: true, users: online });
    if (offline.length > 0) session.push({ kind: 'users', online: false, users: offline });
  }
}
