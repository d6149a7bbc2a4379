import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { DisconnectError } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { Given } from './node-messages.ts';
import type { Principal } from './principal.ts';
import type { SubscribeOverride } from './subscribe-override.ts';
import { algorithmsOf, createKeyFinder, isKeyFailure, type TokenKeySettings } from './token-keys.ts';
import { claimedJson, subscribeClaimsOf, subsOf } from './token-subs.ts';

export type TokenSettings = TokenKeySettings & {
  /** What `iss` and `aud` must be; '' to ask for nothing. */
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the user; '' for `sub`. */
  readonly userClaim?: string;
  /** A shared secret of before, which counts besides; '' for none. */
  readonly previousSecret?: string;
  /** Milliseconds since 1970. */
  readonly previousSecretUntil?: number;
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
  /** As `channels`, with what more is said of each. */
  readonly subs?: ReadonlyMap<string, Given>;
  /** For the developer's backend, with each question about this connection; JSON text. */
  readonly meta?: string;
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
  /** For the client, with the answer; JSON text on one line. */
  readonly data?: string;
  /** The only connection for which it is good. */
  readonly client?: string;
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
 * `subs` or `channels`, `meta` and `expire_at`; subscription tokens with `channel`, and if they like `client`, `data` or
 * `b64data`, and `override`. Without a key every token is refused.
 * https://centrifugal.dev/docs/server/authentication, https://centrifugal.dev/docs/server/channel_token_auth
 */
export function createTokens(settings: TokenSettings, now: () => number): Tokens {
  const verifyBy = async (token: string, findKey: JWTVerifyGetKey, algorithms: string[]): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms,
      currentDate: new Date(now()),
      ...(settings.issuer !== '' && { issuer: settings.issuer }),
      ...(settings.audience !== '' && { audience: settings.audience }),
    });
    return payload;
  };
  const findKey = createKeyFinder(settings);
  const { previousSecret = '', previousSecretUntil = Number.POSITIVE_INFINITY } = settings;
  const previous = { secret: previousSecret, publicKey: '', jwksUrl: '' };
  const verify = (token: string): Promise<JWTPayload> =>
    verifyBy(token, findKey, algorithmsOf(settings)).catch((error: unknown) => {
      const isOther = error instanceof errors.JWSSignatureVerificationFailed;
      if (!isOther || previousSecret === '' || now() > previousSecretUntil) throw error;
      return verifyBy(token, createKeyFinder(previous), algorithmsOf(previous));
    });
  const checked = <T>(token: string, read: (payload: JWTPayload) => T): Promise<T> =>
    algorithmsOf(settings).length === 0
      ? Promise.reject(new DisconnectError('invalidToken'))
      : verify(token).then(read).catch(refuse);
  return {
    connection: (token) => checked(token, (payload) => signedIn(payload, settings)),
    subscription: (token) => checked(token, (payload) => grantOf(payload, settings)),
  };
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new ClientError('tokenExpired');
  if (error instanceof DisconnectError) throw error;
  if (isKeyFailure(error)) throw new ClientError('internal', { message: 'keys are not available', cause: error });
  throw new DisconnectError('invalidToken');
}

function signedIn(payload: JWTPayload, settings: TokenSettings): SignedIn {
  const user = userOf(payload, settings);
  const info = infoOf(payload);
  const meta = claimedJson(payload.meta, undefined);
  const subs = subsOf(payload.subs);
  // As in Centrifugo, one of them counts.
  const channels = subs.size > 0 ? [] : textsOf(payload.channels);
  return {
    principal: user === '' ? { kind: 'anonymous' } : { kind: 'external', user },
    ...expiryOf(payload),
    ...(info !== undefined && { info }),
    ...(channels.length > 0 && { channels: [...new Set(channels)] }),
    ...(subs.size > 0 && { subs }),
    ...(meta !== undefined && { meta }),
  };
}

function grantOf(payload: JWTPayload, settings: TokenSettings): Grant {
  const { channel, client } = payload;
  if (typeof channel !== 'string' || channel === '') throw new DisconnectError('invalidToken');
  if (client !== undefined && typeof client !== 'string') throw new DisconnectError('invalidToken');
  return {
    ...{ channel, user: userOf(payload, settings), ...expiryOf(payload), ...subscribeClaimsOf(payload) },
    ...(client !== undefined && client !== '' && { client }),
  };
}

function userOf(payload: JWTPayload, { userClaim = '' }: TokenSettings): string {
  const user: unknown = (userClaim === '' ? payload.sub : payload[userClaim]) ?? '';
  if (typeof user !== 'string') throw new DisconnectError('invalidToken');
  return user;
}

/** `expire_at` overrides `exp`: 0 means that what the token began does not end with it. In seconds, both. */
function expiryOf({ exp, expire_at: end }: JWTPayload): { readonly expiresAt?: number } {
  const seconds = typeof end === 'number' ? end : exp;
  return seconds === undefined || seconds === 0 ? {} : { expiresAt: seconds * 1_000 };
}

function infoOf({ info, b64info }: JWTPayload): string | undefined {
  return claimedJson(info, typeof b64info === 'string' ? b64info : undefined);
}

function textsOf(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new DisconnectError('invalidToken');
}
