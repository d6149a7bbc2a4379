import { isIPv4 } from 'node:net';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for requests that may change something, and so must come from our own pages or from no page at all. */
export function isChanging(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/** Determines which pages are ours. */
export type OriginSettings = {
  /** The public URL of this server (`https://chat.example.org`); '' if it equals Host. */
  readonly publicUrl: string;
  /** Anyone can do everything here, so only pages of this machine may connect. */
  readonly clientInsecure?: boolean;
};

/**
 * Whether a changing request, or a WebSocket upgrade, comes from our own pages or from a program, and not from another
 * site's page that uses the visitor's cookies (cross-site request forgery, WebSocket hijacking) or sets its own (login
 * forgery). Browsers set `Origin` and `Sec-Fetch-Site` themselves; pages cannot.
 *
 * | Origin                                | Sec-Fetch-Site          | allowed                                          |
 * |---------------------------------------|-------------------------|--------------------------------------------------|
 * | that of `publicUrl`                   | any                     | yes: our page                                    |
 * | host of `publicUrl`, other scheme     | any                     | no: a page that the network could have forged    |
 * | same host and port as the Host header | any                     | yes: our page, by another name of this server; with `publicUrl` set only by an IP address or `localhost`, as anyone can let their own name resolve here (DNS rebinding) |
 * | any other, or `null`                  | any                     | no, cookies or not                               |
 * | absent                                | `same-origin`, `none`   | yes: our page, or the visitor by hand            |
 * | absent                                | `same-site`, `cross-site`, else | no: a browser on behalf of another page  |
 * | absent                                | absent                  | yes: a program; cookies it sends are its own. Every current browser sends one of the two with every changing request, and Origin with every upgrade. |
 *
 * `publicUrl` is '' if not set. Behind a proxy that rewrites Host it must be set.
 */
export function originAllowed(headers: Headers, { publicUrl, clientInsecure = false }: OriginSettings): boolean {
  const origin = headers.get('Origin');
  if (origin === null) return siteAllowed(headers.get('Sec-Fetch-Site'));
  const from = parse(origin);
  if (from === undefined) return false;
  const own = parse(publicUrl === '' && clientInsecure ? 'http://localhost' : publicUrl);
  if (own !== undefined && from.host === own.host) return from.protocol === own.protocol;
  if (own !== undefined && !isAddress(from.hostname)) return false;
  return from.host === parse(`${from.protocol}//${headers.get('Host')}`)?.host;
}

/** Not a name that somebody else can let resolve here. */
function isAddress(hostname: string): boolean {
  return hostname === 'localhost' || hostname.startsWith('[') || isIPv4(hostname);
}

function siteAllowed(site: string | null): boolean {
  return site === null || site === 'same-origin' || site === 'none';
}

/** Host compared by `URL`, which lowers its case and drops a scheme's default port. */
function parse(url: string): URL | undefined {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.host !== '' ? parsed : undefined;
}
