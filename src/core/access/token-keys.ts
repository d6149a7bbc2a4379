import { type CryptoKey, createLocalJWKSet, createRemoteJWKSet, errors, importSPKI, type JWTVerifyGetKey } from 'jose';

export type TokenKeySettings = {
  /** Shared secret for HS256, HS384 and HS512; '' for none. */
  readonly secret: string;
  /** PEM (SPKI) of an RSA, elliptic-curve or Ed25519 key; '' for none. */
  readonly publicKey: string;
  /** Where a set of public keys is published, found by `kid` and fetched again when one is new; '' for none. */
  readonly jwksUrl: string;
};

/** The published set could not be had. It says nothing of the token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const SHARED = ['HS256', 'HS384', 'HS512'] as const;
const PUBLIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/** How often an unknown `kid` may make us look for new keys, and how long known ones are believed. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 10 * 60_000;
const FETCH_MS = 5_000;

/** The algorithms for which there is a key. A secret never serves for a public key's algorithm, nor the other way. */
export function algorithmsOf({ secret, publicKey, jwksUrl }: TokenKeySettings): string[] {
  return [...(secret === '' ? [] : SHARED), ...(publicKey === '' && jwksUrl === '' ? [] : PUBLIC)];
}

/** Finds the key for a token by its header's algorithm. Rejects with `KeysUnavailable`, or for a key that does not fit. */
export function createKeyFinder({ secret, publicKey, jwksUrl }: TokenKeySettings): JWTVerifyGetKey {
  const shared = new TextEncoder().encode(secret);
  const imported = new Map<string, Promise<CryptoKey>>();
  const published = jwksUrl === '' ? undefined : publishedKeys(jwksUrl);
  return (header, token) => {
    if (header.alg.startsWith('HS')) return shared;
    if (published !== undefined && (publicKey === '' || header.kid !== undefined)) return published(header, token);
    if (publicKey === '') throw new errors.JOSEAlgNotAllowed('no key for this algorithm');
    const known = imported.get(header.alg) ?? importSPKI(publicKey, header.alg);
    imported.set(header.alg, known);
    return known;
  };
}

/**
 * As the library's own remote set, which does not tell a set that cannot be fetched from a key that cannot be used: the
 * one passes, the other does not.
 */
function publishedKeys(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url) as never, {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
    timeoutDuration: FETCH_MS,
  });
  let local: JWTVerifyGetKey | undefined;
  const load = async (): Promise<JWTVerifyGetKey> => {
    try {
      await remote.reload();
      local = createLocalJWKSet(remote.jwks() ?? { keys: [] });
      return local;
    } catch (cause) {
      throw new KeysUnavailable('the set of keys cannot be fetched', { cause });
    }
  };
  return async (header, token) => {
    const keys = local !== undefined && remote.fresh ? local : await load();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || remote.coolingDown) throw error;
      return (await load())(header, token);
    }
  };
}
