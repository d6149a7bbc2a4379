import type { AppSettings } from '../../core/app-settings.ts';
import { AttemptLimiter } from '../../core/attempt-limits.ts';
import { isSame } from '../../core/constant-time.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { ChannelAction } from '../../core/feature.ts';
import type { AppPrincipal, Principal } from '../../core/principal.ts';
import type { Grant, SignedIn } from '../../core/tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import { channelOf, kindOf, USER_ID_LIMIT, userChannelName } from './channel-name.ts';

export type AppParts = { readonly digests: Digests; readonly clock: Clock };

/** What a client shows to come into a channel. */
export type Proof = {
  readonly socketId: string;
  readonly name: string;
  readonly auth: string;
  /** Of a presence channel: who the client is in it. */
  readonly channelData: string | undefined;
};

/** Of what is shown of a user. */
const USER_INFO_BYTES = 1_024;
const WATCHLIST_LIMIT = 100;

/** An app's rules, and what its backend has signed. https://pusher.com/docs/channels/library_auth_reference/auth-signatures/ */
export class PusherApp {
  /** There is no such app any more: what its clients still ask for is refused. */
  isGone = false;
  readonly #parts: AppParts;
  #settings: AppSettings;
  #clientEvents: AttemptLimiter;

  constructor(settings: AppSettings, parts: AppParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#clientEvents = limiterOf(settings, parts.clock);
  }

  get settings(): AppSettings {
    return this.#settings;
  }

  /** What is asked from now on is judged by these. */
  change(settings: AppSettings): void {
    const isSameRate = settings.clientEventsPerSecond === this.#settings.clientEventsPerSecond;
    this.#settings = settings;
    if (!isSameRate) this.#clientEvents = limiterOf(settings, this.#parts.clock);
  }

  /** Hex, as signatures of requests and webhooks are written. */
  sign(text: string): string {
    return this.#parts.digests.hmacSha256(this.settings.secret, text);
  }

  /** What a client may by the app's key alone. Throws `rateLimited`. */
  allows(principal: AppPrincipal, action: ChannelAction, name: string): boolean {
    const { access } = kindOf(name);
    if (action === 'subscribe') {
      if (access === 'user') return principal.user !== '' && name === userChannelName(principal.user);
      return access === 'public';
    }
    if (action !== 'publish' || !this.settings.clientEvents) return false;
    if (access !== 'private' && access !== 'presence') return false;
    this.#clientEvents.take(principal.client);
    return true;
  }

  /** The channel that the app's backend lets the client into. Throws `ClientError` when it does not. */
  grantOf({ socketId, name, auth, channelData }: Proof, principal: Principal): Grant {
    const channel = channelOf(this.settings.namespace, name);
    const isPresence = kindOf(name).access === 'presence';
    const signed = isPresence ? `${socketId}:${name}:${channelData ?? ''}` : `${socketId}:${name}`;
    if (!this.#isSigned(auth, signed)) throw new ClientError('permissionDenied', { message: 'Invalid signature' });
    if (!isPresence) return { channel, user: principal.kind === 'app' ? principal.user : '' };
    return { channel, ...memberOf(channelData), userLimit: this.settings.maxPresenceMembers };
  }

  /** Whom the app's backend says the client is, and whom they watch. Throws `DisconnectError`, `limitExceeded`. */
  userOf(
    principal: AppPrincipal,
    auth: string,
    userData: string,
  ): SignedIn & { readonly watchlist: readonly string[] } {
    if (!this.#isSigned(auth, `${principal.client}::user::${userData}`)) throw new DisconnectError('invalidToken');
    const { id, user_info: info, watchlist = [] } = objectOf(userData);
    if (!isId(id) || (principal.user !== '' && principal.user !== id)) throw new DisconnectError('invalidToken');
    if (!Array.isArray(watchlist) || !watchlist.every(isId)) throw new DisconnectError('invalidToken');
    if (watchlist.length > WATCHLIST_LIMIT) throw new ClientError('limitExceeded');
    return {
      principal: { ...principal, user: id },
      ...(info !== undefined && { info: infoText(info) }),
      watchlist: [...new Set(watchlist)],
    };
  }

  #isSigned(auth: string, text: string): boolean {
    return !this.isGone && isSame(auth, `${this.settings.key}:${this.sign(text)}`);
  }
}

function limiterOf({ clientEventsPerSecond: attempts }: AppSettings, clock: Clock): AttemptLimiter {
  return new AttemptLimiter(clock, { attempts, windowMs: 1_000 });
}

function memberOf(channelData: string | undefined): { readonly user: string; readonly info?: string } {
  const { user_id: id, user_info: info } = objectOf(channelData ?? '');
  // Backends write numbers, too.
  const user = typeof id === 'number' ? String(id) : id;
  if (!isId(user)) throw new ClientError('badRequest', { message: `user_id must be 1 to ${USER_ID_LIMIT} characters` });
  return info === undefined ? { user } : { user, info: infoText(info) };
}

function infoText(info: unknown): string {
  const text = JSON.stringify(info);
  if (new TextEncoder().encode(text).length <= USER_INFO_BYTES) return text;
  throw new ClientError('tooLarge', { message: `user_info must be at most ${USER_INFO_BYTES} bytes` });
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused as what is no object.
  }
  throw new ClientError('badRequest', { message: 'what was signed must be a JSON object' });
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= USER_ID_LIMIT;
}
