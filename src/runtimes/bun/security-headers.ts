/**
 * Nothing from elsewhere, no inline script, in no frame. Style sheets may be inline, because Radix locks scrolling
 * behind a dialog with one that holds measured widths, so that no hash fits; as nothing may be loaded from
 * elsewhere, a style sheet that somebody slipped in could send nothing there. Style attributes may not.
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
  // Invitation codes stand in paths: no other site gets to see one.
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()'],
];

const ONE_YEAR = 'max-age=31536000';

/**
 * Adds what every answer carries; an answer that has stricter ones of its own (files that people uploaded) keeps
 * them. Strict-Transport-Security only where the client came over TLS.
 */
export function addSecurityHeaders(headers: Headers, isEncrypted: boolean): void {
  for (const [name, value] of HEADERS) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (isEncrypted) headers.set('Strict-Transport-Security', ONE_YEAR);
}
