import { ClientError } from '../errors.ts';
import { isSame } from '../text/constant-time.ts';

/** Clocks differ, and a request takes time. */
const GRACE_SECONDS = 5;
const encoder = new TextEncoder();

/** Implemented by each runtime. */
type ImportedKey = ReturnType<typeof crypto.subtle.importKey>;

/** What a signature must cover. */
export type Signed = { readonly user: string; readonly channel: string; readonly keys: readonly string[] };

/** Verifies that a developer's backend lets a user track keys. */
export class TrackSignatures {
  readonly #secret: string;
  #key: ImportedKey | undefined;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /**
   * Returns the signature's expiry, in milliseconds since 1970. It is `<issued>:<expires>:<hex of HMAC-SHA-256 of
   * "<issued>\0<expires>\0<user>\0<channel>\0<hex of SHA-256 of the keys, joined by \0>">`, with times in seconds.
   * Rejects with `ClientError`: `permissionDenied`, `tokenExpired`.
   */
  async verify(signature: string, { user, channel, keys }: Signed, now: number): Promise<number> {
    const [, issued = '', expires = '', given = ''] = /^(\d{1,12}):(\d{1,12}):([0-9a-f]{64})$/.exec(signature) ?? [];
    if (given === '' || this.#secret === '') throw wrong();
    const digest = hexOf(await crypto.subtle.digest('SHA-256', encoder.encode(keys.join('\0'))));
    const payload = encoder.encode([issued, expires, user, channel, digest].join('\0'));
    const expected = hexOf(await crypto.subtle.sign('HMAC', await this.#importKey(), payload));
    if (!isSame(given, expected)) throw wrong();
    if (Number(expires) + GRACE_SECONDS <= now / 1_000) throw new ClientError('tokenExpired');
    return Number(expires) * 1_000;
  }

  #importKey(): ImportedKey {
    this.#key ??= crypto.subtle.importKey('raw', encoder.encode(this.#secret), ALGORITHM, false, ['sign']);
    return this.#key;
  }
}

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };

function wrong(): ClientError {
  return new ClientError('permissionDenied', { field: 'signature', message: 'is not valid for these keys' });
}

function hexOf(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
