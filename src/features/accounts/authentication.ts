import { ANONYMOUS, type Principal, type UserPrincipal } from '../../core/access/principal.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { RecentMap } from '../../core/limits/recent-map.ts';
import { hashToken } from '../../core/text/random-text.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenCookie } from './cookie.ts';
import type { DeviceStore } from './device-store.ts';
import type { LastSeen } from './last-seen.ts';

/** How long cached sessions may be stale after another node signs a device out, in ms. */
const KEPT_MS = 1_000;
const MAX_KEPT = 10_000;

type Entry = { readonly answer: Promise<Principal>; readonly until: number; principal: Principal | undefined };

/** Authenticates requests. Every request and connection calls it, so sessions are cached briefly. */
export class Authentication {
  readonly #entries = new RecentMap<Entry>(MAX_KEPT);
  readonly #clock: Clock;
  readonly #devices: DeviceStore;
  readonly #cookie: TokenCookie;
  readonly #lastSeen: LastSeen;

  constructor(from: { clock: Clock; devices: DeviceStore; cookie: TokenCookie; lastSeen: LastSeen }) {
    this.#clock = from.clock;
    this.#devices = from.devices;
    this.#cookie = from.cookie;
    this.#lastSeen = from.lastSeen;
  }

  /** The user whose token these headers contain; anonymous if it is missing or invalid. */
  authenticate(headers: Headers): Promise<Principal> {
    const token = this.#cookie.read(headers);
    if (token === undefined) return Promise.resolve(ANONYMOUS);
    const now = this.#clock.now();
    const kept = this.#entries.get(token);
    if (kept !== undefined && kept.until > now && kept.until - now <= KEPT_MS) return kept.answer;
    return this.#ask(token, now);
  }

  /** Drops the cached session of the person, or of one device; call it once the change is committed. */
  forget(user: string, device?: string): void {
    for (const [token, { principal }] of [...this.#entries.entries()]) {
      // A lookup still running may have been read before the change.
      if (principal === undefined || concerns(principal, user, device)) this.#entries.delete(token);
    }
  }

  /**
   * Throws `DisconnectError` if the principal's session has ended, or their role changed, since it was looked up.
   * Called once `disconnectUser` can reach the new connection, so that no change is missed in between.
   */
  async confirm(principal: UserPrincipal): Promise<void> {
    const role = await this.#devices.roleOf(principal.device, this.#clock.now());
    if (role === undefined) throw new DisconnectError('forceDisconnect');
    if (role !== principal.role) throw new DisconnectError('forceReconnect');
  }

  /** Whether the principal's session is still valid, whatever their role is now. */
  async isGood({ device }: UserPrincipal): Promise<boolean> {
    return (await this.#devices.roleOf(device, this.#clock.now())) !== undefined;
  }

  #ask(token: string, now: number): Promise<Principal> {
    const answer = this.#lookUp(token, now);
    const entry: Entry = { answer, until: now + KEPT_MS, principal: undefined };
    this.#entries.set(token, entry);
    answer.then(
      (principal) => {
        entry.principal = principal;
      },
      () => this.#entries.delete(token),
    );
    return answer;
  }

  async #lookUp(token: string, now: number): Promise<Principal> {
    const found = await this.#devices.byToken(await hashToken(token), now);
    if (found === undefined) return ANONYMOUS;
    const { user, role, device, lastSeenAt } = found;
    this.#lastSeen.device(device, lastSeenAt);
    return { kind: 'user', user, role, device };
  }
}

function concerns(principal: Principal, user: string, device: string | undefined): boolean {
  return principal.kind === 'user' && principal.user === user && (device ?? principal.device) === principal.device;
}
