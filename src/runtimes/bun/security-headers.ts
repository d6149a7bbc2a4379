/**
 * Nothing from other origins, no inline scripts, no framing. Inline style sheets are allowed, because Radix locks
 * scrolling behind a dialog with one that contains measured widths, so that no hash fits; as nothing may be loaded from
 * elsewhere, an injected style sheet could not send data out. Style attributes are not allowed.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "style-src-attr 'none'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  // Paths contain invitation codes: they must not be sent to other sites.
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()'],
];

const ONE_YEAR = 'max-age=31536000';

/**
 * Adds the headers of every response; one with its own stricter headers (uploaded files) keeps them.
 * Strict-Transport-Security only if the client used TLS.
 */
export function addSecurityHeaders(headers: Headers, isEncrypted: boolean): void {
  for (const [name, value] of HEADERS) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (isEncrypted) headers.set('Strict-Transport-Security', ONE_YEAR);
}
