import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { Visit, VisitSettings } from './visit.ts';

/** The session cookie of this installation, which must not be passed on. */
const OWN_COOKIE = /^(?:__Host-)?banyan(?:-known)?=/;

export type SentHeadersSettings = Pick<VisitSettings, 'allowedOrigins'> & {
  /** Lower-case names of headers passed to the developer's backend. */
  readonly backendHeaders: readonly string[];
};

/**
 * A connecting client's headers for the developer's backend, according to the settings; undefined if there are none. If
 * pages of any origin may connect, their visitors' cookies are not passed on.
 */
export function sentHeadersOf(
  headers: Headers,
  visit: Visit,
  { backendHeaders, allowedOrigins }: SentHeadersSettings,
): HeaderFields | undefined {
  if (backendHeaders.length === 0) return undefined;
  const isAnybody = visit === 'foreign' && allowedOrigins.includes('*');
  const sent: Record<string, string> = {};
  for (const name of backendHeaders) {
    const value = name === 'cookie' ? cookiesOf(headers, isAnybody) : headers.get(name);
    if (value !== null) sent[name] = value;
  }
  return Object.keys(sent).length === 0 ? undefined : sent;
}

function cookiesOf(headers: Headers, isAnybody: boolean): string | null {
  if (isAnybody) return null;
  const cookies = headers.get('Cookie')?.split('; ') ?? [];
  const others = cookies.filter((cookie) => !OWN_COOKIE.test(cookie));
  return others.length === 0 ? null : others.join('; ');
}
