/** What decides whether a request came over TLS. */
export type CookieSettings = {
  /** Where people reach this installation, '' when unknown; with `https:` the cookie is Secure. */
  readonly publicUrl: string;
  /** With any of these, `X-Forwarded-Proto` counts; the edge has made it true (`Http.settle`). */
  readonly trustedProxies: readonly string[];
};

/** How long a sign-in lasts without being used. */
export const SIGN_IN_MS = 30 * 24 * 60 * 60 * 1_000;

const TOKEN = /^[a-z2-9]{52}$/;
export const TOKEN_LENGTH = 52;

/** Reads, sets and clears a cookie that holds a token: by default that of a signed-in device. */
export class TokenCookie {
  readonly #settings: CookieSettings;
  readonly #kind: { readonly name: string; readonly lastsMs: number };

  constructor(settings: CookieSettings, kind = { name: 'banyan', lastsMs: SIGN_IN_MS }) {
    this.#settings = settings;
    this.#kind = kind;
  }

  /** The token a request brings; undefined when it brings none that can be one. */
  read(headers: Headers): string | undefined {
    const wanted = `${this.#name(headers)}=`;
    const pair = (headers.get('cookie') ?? '').split(';').find((each) => each.trimStart().startsWith(wanted));
    const token = pair?.trim().slice(wanted.length);
    return token !== undefined && TOKEN.test(token) ? token : undefined;
  }

  /** A Set-Cookie value that answers a request with these headers. */
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

  /** With the `__Host-` prefix browsers let no other host and no plain connection set it. */
  #name(headers: Headers): string {
    return this.#isSecure(headers) ? `__Host-${this.#kind.name}` : this.#kind.name;
  }

  #isSecure(headers: Headers): boolean {
    if (this.#settings.publicUrl.startsWith('https:')) return true;
    return this.#settings.trustedProxies.length > 0 && headers.get('x-forwarded-proto') === 'https';
  }
}
