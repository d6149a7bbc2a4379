import { errors, type JWTPayload, jwtVerify } from 'jose';
import { fromBase64 } from './base64.ts';
import { jsonOfBytes } from './binary-data.ts';
import { DisconnectError } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { Principal } from './principal.ts';
import type { SubscribeOverride } from './subscribe-override.ts';
import { algorithmsOf, createKeyFinder, isKeyFailure, type TokenKeySettings } from './token-keys.ts';

export type TokenSettings = TokenKeySettings & {
  /** What `iss` and `aud` must be; '' to ask for nothing. */
  readonly issuer: string;
  readonly audience: string;
};

/** Whom a connection token signs in. */
export type SignedIn = {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Shown with the client to others; JSON text. */
  readonly info?: string;
  /** Channels that the token puts the client into. */
  readonly channels?: readonly string[];
  /** The developer's backend let the client in by itself: it decides on anonymous ones, too, and on how long they stay. */
  readonly vouched?: true;
};

/** What a subscription token says: this user may be in this channel. */
export type Grant = {
  readonly channel: string;
  readonly user: string;
  /** Shown with the client in the channel; JSON text. */
  readonly info?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Most users that may be present in the channel, this one included. */
  readonly userLimit?: number;
  /** The developer's backend granted it by itself: it is asked anew when the time is over, not the client for a token. */
  readonly vouched?: true;
  /** What differs for this subscription from the namespace's options. */
  readonly override?: SubscribeOverride;
};

/** Who a developer's own backend says that somebody is, and where they may be. */
export type Tokens = {
  /** Throws `DisconnectError('invalidToken')`, `ClientError` `tokenExpired`, or `internal` when keys cannot be had. */
  connection(token: string): Promise<SignedIn>;
  /** As `connection`. */
  subscription(token: string): Promise<Grant>;
};

/**
 * Verifies JWTs: connection tokens with the claims `sub` (the user, '' for anonymous), `exp`, `info` or `b64info`,
 * `channels`, `subs` and `expire_at`; subscription tokens with `channel` besides. Without a key every token is refused.
 * https://centrifugal.dev/docs/server/authentication, https://centrifugal.dev/docs/server/channel_token_auth
 */
export function createTokens(settings: TokenSettings, now: () => number): Tokens {
  const findKey = createKeyFinder(settings);
  const verify = async (token: string): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: algorithmsOf(settings),
      currentDate: new Date(now()),
      ...(settings.issuer !== '' && { issuer: settings.issuer }),
      ...(settings.audience !== '' && { audience: settings.audience }),
    });
    return payload;
  };
  const checked = <T>(token: string, read: (payload: JWTPayload) => T): Promise<T> =>
    algorithmsOf(settings).length === 0
      ? Promise.reject(new DisconnectError('invalidToken'))
      : verify(token).then(read).catch(refuse);
  return {
    connection: (token) => checked(token, signedIn),
    subscription: (token) => checked(token, grantOf),
  };
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new ClientError('tokenExpired');
  if (error instanceof DisconnectError) throw error;
  if (isKeyFailure(error)) throw new ClientError('internal', { message: 'keys are not available', cause: error });
  throw new DisconnectError('invalidToken');
}

function signedIn(payload: JWTPayload): SignedIn {
  const user = userOf(payload);
  const info = infoOf(payload);
  const channels = [...textsOf(payload.channels), ...Object.keys(objectOf(payload.subs))];
  return {
    principal: user === '' ? { kind: 'anonymous' } : { kind: 'external', user },
    ...expiryOf(payload),
    ...(info !== undefined && { info }),
    ...(channels.length > 0 && { channels: [...new Set(channels)] }),
  };
}

function grantOf(payload: JWTPayload): Grant {
  const { channel } = payload;
  if (typeof channel !== 'string' || channel === '') throw new DisconnectError('invalidToken');
  const info = infoOf(payload);
  return { channel, user: userOf(payload), ...expiryOf(payload), ...(info !== undefined && { info }) };
}

function userOf({ sub }: JWTPayload): string {
  const user: unknown = sub ?? '';
  if (typeof user !== 'string') throw new DisconnectError('invalidToken');
  return user;
}

/** `expire_at` overrides `exp`: 0 means that what the token began does not end with it. In seconds, both. */
function expiryOf({ exp, expire_at: end }: JWTPayload): { readonly expiresAt?: number } {
  const seconds = typeof end === 'number' ? end : exp;
  return seconds === undefined || seconds === 0 ? {} : { expiresAt: seconds * 1_000 };
}

function infoOf({ info, b64info }: JWTPayload): string | undefined {
  if (typeof b64info === 'string') {
    const bytes = fromBase64(b64info);
    if (bytes === undefined) throw new DisconnectError('invalidToken');
    return jsonOfBytes(bytes);
  }
  return info === undefined ? undefined : JSON.stringify(info);
}

function textsOf(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new DisconnectError('invalidToken');
}

function objectOf(value: unknown): object {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new DisconnectError('invalidToken');
}
