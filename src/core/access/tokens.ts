import { base64url, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { ServerSubscription } from '../bus/node-messages.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { SubscribeOverride } from '../sessions/subscribe-override.ts';
import { rawMember, rawMembers, withRaw } from '../text/raw-json.ts';
import type { Principal } from './principal.ts';
import { algorithmsOf, createKeyFinder, KeysUnavailable, type TokenKeySettings } from './token-keys.ts';
import type { TokenRefusal } from './token-refusals.ts';
import { claimedJson, subscribeClaimsOf, subsOf } from './token-subs.ts';

export type TokenSettings = TokenKeySettings & {
  /** The required `iss` and `aud`; '' for any. */
  readonly issuer: string;
  readonly audience: string;
  /** How far the clock of the token's signer may be ahead of ours. */
  readonly leewaySeconds: number;
  /** The claim with the user's id; '' for `sub`. */
  readonly userClaim?: string;
  /** A previous shared secret that is still valid; '' for none. */
  readonly previousSecret?: string;
  /** Milliseconds since 1970. */
  readonly previousSecretUntil?: number;
};

/** The identity in a connection token. */
export type SignedIn = {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Shown with the client to others; JSON text. */
  readonly info?: string;
  /** Channels the client is subscribed to. */
  readonly channels?: readonly string[];
  /** Like `channels`, with options for each. */
  readonly subs?: ReadonlyMap<string, ServerSubscription>;
  /** For the developer's backend, with each request about this connection; JSON text. */
  readonly meta?: string;
  /** For the client, in the reply to `connect`; JSON text on one line. */
  readonly data?: string;
  /** The developer's backend authorized the client itself: it decides on anonymous ones too, and on expiry. */
  readonly vouched?: true;
};

/** The grant in a subscription token: this user may be in this channel. */
export type Grant = {
  readonly channel: string;
  readonly user: string;
  /** Shown with the client in the channel; JSON text. */
  readonly info?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Maximum users present in the channel, including this one. */
  readonly userLimit?: number;
  /** The developer's backend granted it itself: on expiry it is asked again, instead of the client for a token. */
  readonly vouched?: true;
  /** Options of this subscription that differ from the namespace's. */
  readonly override?: SubscribeOverride;
  /** For the client, in the reply; JSON text on one line. */
  readonly data?: string;
  /** The only connection it is valid for. */
  readonly client?: string;
};

/** Called for each refused token. */
type Refused = (reason: TokenRefusal, error: Error) => void;

/** Claims passed on as written, including those of each channel in `subs`. */
const RAW_CLAIMS = ['info', 'data', 'meta'];

/** Verifies tokens of a developer's own backend. */
export type Tokens = {
  /** Throws `DisconnectError('invalidToken')`, `ClientError` `tokenExpired`, or `unavailable` (100, temporary) when keys cannot be had. */
  connection(token: string): Promise<SignedIn>;
  /** Like `connection`. */
  subscription(token: string): Promise<Grant>;
};

/**
 * Verifies JWTs: connection tokens with the claims `sub` (the user, '' for anonymous), `exp`, `info` or `b64info`,
 * `subs` or `channels`, `meta` and `expire_at`; subscription tokens with `channel`, and optionally `client`, `data` or
 * `b64data`, and `override`. Without a key every token is refused. Neither kind is accepted as the other.
 * https://centrifugal.dev/docs/server/authentication, https://centrifugal.dev/docs/server/channel_token_auth
 */
export function createTokens(settings: TokenSettings, now: () => number, refused: Refused = () => undefined): Tokens {
  const verifyBy = async (token: string, findKey: JWTVerifyGetKey, algorithms: string[]): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms,
      currentDate: new Date(now()),
      clockTolerance: settings.leewaySeconds,
      ...(settings.issuer !== '' && { issuer: settings.issuer }),
      ...(settings.audience !== '' && { audience: settings.audience }),
    });
    return asWritten(payload, new TextDecoder().decode(base64url.decode(token.split('.')[1] ?? '')));
  };
  const findKey = createKeyFinder(settings);
  const algorithms = algorithmsOf(settings);
  const { previousSecret = '', previousSecretUntil = Number.POSITIVE_INFINITY } = settings;
  const previous = { secret: previousSecret, publicKey: '', jwksUrl: '' };
  const verify = (token: string): Promise<JWTPayload> =>
    verifyBy(token, findKey, algorithms).catch((error: unknown) => {
      const isOther = error instanceof errors.JWSSignatureVerificationFailed;
      if (!isOther || previousSecret === '' || now() > previousSecretUntil) throw error;
      return verifyBy(token, createKeyFinder(previous), algorithmsOf(previous));
    });
  const checked = async <T extends Ending>(token: string, read: (payload: JWTPayload) => T): Promise<T> => {
    if (algorithms.length === 0) throw new DisconnectError('invalidToken');
    const payload = await verify(token).catch((error: unknown) => refuse(error, refused));
    try {
      return lasting(read(payload), now());
    } catch (error) {
      if (error instanceof ClientError) refused('expired', error);
      else if (error instanceof DisconnectError) refused('claims', error);
      throw error;
    }
  };
  return {
    connection: (token) => checked(token, (payload) => signedIn(payload, settings)),
    subscription: (token) => checked(token, (payload) => grantOf(payload, settings)),
  };
}

type Ending = { readonly expiresAt?: number };

/** The resulting connection must not be expired already: `exp` may be within the leeway, and `expire_at` anything. */
function lasting<T extends Ending>(said: T, now: number): T {
  if (said.expiresAt !== undefined && said.expiresAt <= now) throw new ClientError('tokenExpired');
  return said;
}

/** For any error of the library. The client only learns whether to retry, and with which token. */
function refuse(thrown: unknown, refused: Refused): never {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const reason = reasonOf(error);
  refused(reason, error);
  switch (reason) {
    case 'keysUnavailable':
      throw new ClientError('unavailable', { code: 100, message: 'keys are not available; try again', cause: error });
    case 'expired':
    case 'notYet':
      throw new ClientError('tokenExpired');
    case 'signature':
    case 'claims':
    case 'malformed':
    case 'key':
      throw new DisconnectError('invalidToken');
    default:
      return reason satisfies never;
  }
}

function reasonOf(error: Error): TokenRefusal {
  if (error instanceof KeysUnavailable) return 'keysUnavailable';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    // As in Centrifugo: https://github.com/centrifugal/centrifugo, internal/jwtverify/token_verifier_jwt.go
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'notYet' : 'claims';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  // Algorithms that are not allowed or unknown, and keys that are missing, ambiguous or unusable.
  return 'key';
}

/** The claims, with those passed on as `JsonText`. */
function asWritten(payload: JWTPayload, text: string): JWTPayload {
  const raw = withRaw(payload, text, RAW_CLAIMS) as JWTPayload;
  const { subs } = payload;
  if (typeof subs !== 'object' || subs === null || Array.isArray(subs)) return raw;
  const texts = rawMembers(rawMember(text, 'subs') ?? '{}');
  const each = Object.entries(subs).map(([name, claims]) => [
    name,
    withRaw(claims, texts.get(name) ?? '{}', RAW_CLAIMS),
  ]);
  return { ...raw, subs: Object.fromEntries(each) };
}

function signedIn(payload: JWTPayload, settings: TokenSettings): SignedIn {
  // A channel's token does not authenticate a connection.
  if ((payload.channel ?? '') !== '') throw new DisconnectError('invalidToken');
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

/** `expire_at` overrides `exp`: 0 means no expiry. Both in seconds. */
function expiryOf({ exp, expire_at: end }: JWTPayload): { readonly expiresAt?: number } {
  if (end !== undefined && (typeof end !== 'number' || !Number.isFinite(end)))
    throw new DisconnectError('invalidToken');
  const seconds = end ?? exp;
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
