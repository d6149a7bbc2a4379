/** Settings that decide whether a request came over TLS. */
export type CookieSettings = {
  /** The public URL of this installation, '' if unknown; with `https:` the cookie is Secure. */
  readonly publicUrl: string;
  /** If there are any, `X-Forwarded-Proto` is trusted; the edge has verified it (`Http.settle`). */
  readonly trustedProxies: readonly string[];
};

/** How long an unused session lasts. */
export const SIGN_IN_MS = 30 * 24 * 60 * 60 * 1_000;

const TOKEN = /^[a-z2-9]{52}$/;
export const TOKEN_LENGTH = 52;

/** Reads, sets and clears a cookie with a token: by default the one of a signed-in device. */
export class TokenCookie {
  readonly #settings: CookieSettings;
  readonly #kind: { readonly name: string; readonly lastsMs: number };

  constructor(settings: CookieSettings, kind = { name: 'banyan', lastsMs: SIGN_IN_MS }) {
    this.#settings = settings;
    this.#kind = kind;
  }

  /** The token in a request's cookies; undefined if it is missing or malformed. */
  read(headers: Headers): string | undefined {
    const wanted = `${this.#name(headers)}=`;
    const pair = (headers.get('cookie') ?? '').split(';').find((each) => each.trimStart().startsWith(wanted));
    const token = pair?.trim().slice(wanted.length);
    return token !== undefined && TOKEN.test(token) ? token : undefined;
  }

  /** A Set-Cookie value for a request with these headers. */
  set(token: string, headers: Headers): string {
    return this.#write(token, this.#kind.lastsMs / 1_000, headers);
  }

  clear(headers: Headers): string {
    return this.#write('', 0, headers);
  }

  #write(token: string, seconds: number, headers: Headers): string {
    const secure = this.#isSecure(headers) ? '; Secure' : '';
    return `${this.#name(headers)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
  }

  /** With the `__Host-` prefix browsers accept it only from this host and over TLS. */
  #name(headers: Headers): string {
    return this.#isSecure(headers) ? `__Host-${this.#kind.name}` : this.#kind.name;
  }

  #isSecure(headers: Headers): boolean {
    if (this.#settings.publicUrl.startsWith('https:')) return true;
    return this.#settings.trustedProxies.length > 0 && headers.get('x-forwarded-proto') === 'https';
  }
}
