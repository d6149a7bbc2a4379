import { type CryptoKey, createLocalJWKSet, createRemoteJWKSet, errors, importSPKI, type JWTVerifyGetKey } from 'jose';

export type TokenKeySettings = {
  /** Shared secret for HS256, HS384 and HS512; '' for none. */
  readonly secret: string;
  /** PEM (SPKI) of an RSA, elliptic-curve or Ed25519 key; '' for none. */
  readonly publicKey: string;
  /** The URL of a set of public keys, selected by `kid` and fetched again for an unknown one; '' for none. */
  readonly jwksUrl: string;
};

/** The key set could not be fetched, so the token could not be checked. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const SHARED = ['HS256', 'HS384', 'HS512'] as const;
const PUBLIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/** The minimum interval of fetches for an unknown `kid`, and how long known keys are cached. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 10 * 60_000;
const FETCH_MS = 5_000;

/** The algorithms with a key. A secret is never used for a public key algorithm, nor the reverse. */
export function algorithmsOf({ secret, publicKey, jwksUrl }: TokenKeySettings): string[] {
  return [...(secret === '' ? [] : SHARED), ...(publicKey === '' && jwksUrl === '' ? [] : PUBLIC)];
}

/** Finds the key for a token by its header's algorithm. Rejects with `KeysUnavailable`, or for an unsuitable key. */
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
 * Like the library's own remote set, which does not distinguish a failed fetch, which is temporary, from an unusable
 * key, which is not.
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
