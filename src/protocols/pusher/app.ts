import type { AppSettings } from '../../contracts/app-settings.ts';
import type { AppPrincipal, Principal } from '../../core/access/principal.ts';
import type { Grant, SignedIn } from '../../core/access/tokens.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import { AttemptLimiter } from '../../core/limits/attempt-limits.ts';
import type { ChannelAction } from '../../core/operations/feature.ts';
import { isSame } from '../../core/text/constant-time.ts';
import { rawItems, rawMember, wellFormed } from '../../core/text/raw-json.ts';
import { utf8Length } from '../../core/text/wire-bytes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import { channelOf, kindOf, USER_ID_LIMIT, userChannelName } from './channel-name.ts';

export type AppParts = { readonly digests: Digests; readonly clock: Clock };

/** The credentials for a channel. */
export type Proof = {
  readonly socketId: string;
  readonly name: string;
  readonly auth: string;
  /** For a presence channel: the client's user data. */
  readonly channelData: string | undefined;
};

/** The user data shown to others. */
const USER_INFO_BYTES = 1_024;
const WATCHLIST_LIMIT = 100;

/**
 * An app's rules, and its backend's signatures.
 * https://pusher.com/docs/channels/library_auth_reference/auth-signatures/
 */
export class PusherApp {
  /** The app no longer exists: later requests of its clients are refused. */
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

  /** Later requests use these settings. */
  change(settings: AppSettings): void {
    const isSameRate = settings.clientEventsPerSecond === this.#settings.clientEventsPerSecond;
    this.#settings = settings;
    if (!isSameRate) this.#clientEvents = limiterOf(settings, this.#parts.clock);
  }

  /** Hex, as in signatures of requests and webhooks. */
  sign(text: string): string {
    return this.#parts.digests.hmacSha256(this.settings.secret, text);
  }

  /** What a client may do with the app's key only. Throws `rateLimited`. */
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

  /** The channel the app's backend authorizes. Throws `ClientError` if it does not. */
  grantOf({ socketId, name, auth, channelData }: Proof, principal: Principal): Grant {
    const channel = channelOf(this.settings.namespace, name);
    const isPresence = kindOf(name).access === 'presence';
    const signed = isPresence ? `${socketId}:${name}:${channelData ?? ''}` : `${socketId}:${name}`;
    if (!this.#isSigned(auth, signed)) throw new ClientError('permissionDenied', { message: 'Invalid signature' });
    if (!isPresence) return { channel, user: principal.kind === 'app' ? principal.user : '' };
    return { channel, ...memberOf(channelData), userLimit: this.settings.maxPresenceMembers };
  }

  /** The user the app's backend names, and whom they watch. Throws `DisconnectError`, `limitExceeded`. */
  userOf(
    principal: AppPrincipal,
    auth: string,
    userData: string,
  ): SignedIn & { readonly watchlist: readonly string[] } {
    if (!this.#isSigned(auth, `${principal.client}::user::${userData}`)) throw new DisconnectError('invalidToken');
    const signed = objectOf(userData);
    const id = idOf(signed.id, rawMember(userData, 'id'));
    if (id === undefined || (principal.user !== '' && principal.user !== id)) throw new DisconnectError('invalidToken');
    const watchlist = watchlistOf(signed.watchlist, userData);
    return { principal: { ...principal, user: id }, ...infoOf(userData), watchlist: [...new Set(watchlist)] };
  }

  #isSigned(auth: string, text: string): boolean {
    return !this.isGone && isSame(auth, `${this.settings.key}:${this.sign(text)}`);
  }
}

function limiterOf({ clientEventsPerSecond: attempts }: AppSettings, clock: Clock): AttemptLimiter {
  return new AttemptLimiter(clock, { attempts, windowMs: 1_000 });
}

function memberOf(channelData: string | undefined): { readonly user: string; readonly info?: string } {
  const text = channelData ?? '';
  const user = idOf(objectOf(text).user_id, rawMember(text, 'user_id'));
  if (user !== undefined) return { user, ...infoOf(text) };
  throw new ClientError('badRequest', { message: `user_id must be 1 to ${USER_ID_LIMIT} characters` });
}

/** The user info, as the backend wrote it. */
function infoOf(signed: string): { readonly info?: string } {
  const info = rawMember(signed, 'user_info');
  if (info === undefined) return {};
  if (utf8Length(info) <= USER_INFO_BYTES) return { info: wellFormed(info) };
  throw new ClientError('tooLarge', { message: `user_info must be at most ${USER_INFO_BYTES} bytes` });
}

function watchlistOf(list: unknown, signed: string): readonly string[] {
  if (list === undefined) return [];
  const texts = rawItems(rawMember(signed, 'watchlist') ?? '[]');
  const users = Array.isArray(list) ? list.map((each, at) => idOf(each, texts[at])) : [undefined];
  if (users.includes(undefined)) throw new DisconnectError('invalidToken');
  if (users.length > WATCHLIST_LIMIT) throw new ClientError('limitExceeded');
  return users as readonly string[];
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused like a value that is not an object.
  }
  throw new ClientError('badRequest', { message: 'what was signed must be a JSON object' });
}

/** Backends also send numbers: the user id is the number's digits, as large ones are not exact in JavaScript. */
function idOf(value: unknown, text: string | undefined): string | undefined {
  const id = typeof value === 'number' ? text : value;
  return typeof id === 'string' && id.length > 0 && id.length <= USER_ID_LIMIT ? id : undefined;
}
