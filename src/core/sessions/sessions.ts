import type { Cancel, Clock } from '../../ports/clock.ts';
import { identityOf } from '../access/apps.ts';
import type { Principal } from '../access/principal.ts';
import { DisconnectError } from '../disconnects.ts';
import type { Guard } from '../guard.ts';
import type { Arrivals } from '../limits/arrivals.ts';
import type { Hooks } from '../node/hooks.ts';
import type { PingWheel } from './ping-wheel.ts';
import type { Session } from './session.ts';
import { SessionIndex } from './session-index.ts';

/** The delay between a person's last close and their going offline: a reload is not an absence. */
const OFFLINE_GRACE_MS = 5_000;
/** The connect timeout. */
const STALE_MS = 10_000;

type SessionsSettings = {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly pings: PingWheel;
  readonly hooks: () => Hooks | undefined;
  readonly arrivals: Arrivals;
  /** Connections per user; 0 means unlimited. */
  readonly userConnections: number;
  readonly refused: (limit: 'userConnections') => void;
};

/** The sessions of one node, indexed by user, from open to close. */
export class Sessions {
  readonly #settings: SessionsSettings;
  /** Sessions before authentication. */
  readonly #waiting = new Set<Session>();
  /** Of the people of this installation; not of users of tokens, whose ids may be the same. */
  readonly #byUser = new SessionIndex();
  /** Of users of tokens, and of users of apps (`identityOf`). */
  readonly #external = new SessionIndex();
  /** Those whose protocol has its own format of client ids. */
  readonly #byClient = new Map<string, Session>();
  /** People without a connection who are not yet offline; the function cancels the announcement. */
  readonly #leaving = new Map<string, Cancel>();
  #size = 0;

  constructor(settings: SessionsSettings) {
    this.#settings = settings;
  }

  /** The number of open sessions. */
  get size(): number {
    return this.#size;
  }

  /** The number of users with a session. */
  get users(): number {
    return this.#byUser.size + this.#external.size;
  }

  /** The number of a person's sessions on this node. */
  countOf(user: string): number {
    return this.#byUser.countOf(user);
  }

  /** The one with this client id, if its protocol has its own format. */
  ofClient(client: string): Session | undefined {
    return this.#byClient.get(client);
  }

  *every(): Iterable<Session> {
    yield* this.#waiting;
    yield* this.#settings.pings.sessions();
  }

  /** A client's socket has opened. `client`: its id, if others may address it. */
  opened(session: Session, client: string | undefined): void {
    if (client !== undefined) this.#byClient.set(client, session);
    this.#size += 1;
    this.#settings.arrivals.opened(session.address);
    this.#waiting.add(session);
  }

  /** The session is authenticated. Throws `DisconnectError('connectionLimit')` if its user has too many. */
  register(session: Session): void {
    const { pings, hooks } = this.#settings;
    this.#checkRoom(session.principal);
    this.#waiting.delete(session);
    pings.add(session);
    const { principal } = session;
    if (principal.kind === 'app') hooks()?.apps?.opened(session, principal);
    const identity = identityOf(principal);
    if (identity !== undefined) this.#external.add(identity, session);
    if (principal.kind === 'user') this.#come(principal.user, session);
  }

  unregister(session: Session): void {
    this.#size -= 1;
    this.#settings.arrivals.closed(session.address);
    this.#waiting.delete(session);
    if (session.bucket >= 0) this.#settings.pings.remove(session);
    if (this.#byClient.get(session.client) === session) this.#byClient.delete(session.client);
    const { principal } = session;
    const identity = identityOf(principal);
    if (identity !== undefined) this.#external.remove(identity, session);
    if (principal.kind === 'app') this.#settings.hooks()?.apps?.closed(session, principal);
    if (principal.kind === 'user') this.#go(principal.user, session);
  }

  /** An app's client signed in: it must be indexed by its new principal. Throws like `register`. */
  signedIn(session: Session, before: Principal): void {
    const { principal } = session;
    if (identityOf(principal) !== identityOf(before)) this.#checkRoom(principal);
    const [left, come] = [identityOf(before), identityOf(principal)];
    if (left !== undefined) this.#external.remove(left, session);
    if (come !== undefined) this.#external.add(come, session);
    if (principal.kind !== 'app' || before.kind !== 'app') return;
    this.#settings.hooks()?.apps?.signedIn(session, principal, before);
  }

  /** The session's `connect` was refused: the connect timeout still applies. */
  refuse(session: Session): void {
    if (session.bucket < 0) return;
    this.#settings.pings.remove(session);
    this.#waiting.add(session);
  }

  /** Closes those that have not authenticated in time. */
  closeStale(now: number): void {
    this.#settings.guard.each('stale sessions', [...this.#waiting], (session) => {
      if (session.openedAt < now - STALE_MS) session.close('stale');
    });
  }

  /** Those of a person of this installation. */
  ofPerson(user: string): readonly Session[] {
    return this.#byUser.of(user);
  }

  /** Those of a user of tokens, or of an app's user. */
  ofIdentity(identity: string): readonly Session[] {
    return this.#external.of(identity);
  }

  /** Those before authentication. */
  waiting(): Iterable<Session> {
    return this.#waiting;
  }

  /** Those of this principal's user; none for an anonymous one. */
  of(principal: Principal): readonly Session[] {
    if (principal.kind === 'user') return this.#byUser.of(principal.user);
    const identity = identityOf(principal);
    return identity === undefined ? [] : this.#external.of(identity);
  }

  #checkRoom(principal: Principal): void {
    const { userConnections, refused } = this.#settings;
    if (userConnections === 0 || this.#countOf(principal) < userConnections) return;
    refused('userConnections');
    throw new DisconnectError('connectionLimit');
  }

  #countOf(principal: Principal): number {
    if (principal.kind === 'user') return this.#byUser.countOf(principal.user);
    const identity = identityOf(principal);
    return identity === undefined ? 0 : this.#external.countOf(identity);
  }

  #come(user: string, session: Session): void {
    this.#byUser.add(user, session);
    if (this.#byUser.countOf(user) > 1) return;
    this.#leaving.get(user)?.();
    this.#leaving.delete(user);
    this.#settings.hooks()?.onPresence(user, true);
  }

  #go(user: string, session: Session): void {
    if (!this.#byUser.remove(user, session) || this.#byUser.countOf(user) > 0) return;
    const cancel = this.#settings.clock.after(OFFLINE_GRACE_MS, () => {
      this.#leaving.delete(user);
      this.#settings.guard.run('presence', () => this.#settings.hooks()?.onPresence(user, false));
    });
    this.#leaving.set(user, cancel);
  }
}
