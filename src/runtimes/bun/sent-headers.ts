import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { Visit, VisitSettings } from './visit.ts';

/** The cookie of this installation's own people; nobody else's business. */
const OWN_COOKIE = /^(?:__Host-)?banyan(?:-known)?=/;

export type SentHeadersSettings = Pick<VisitSettings, 'allowedOrigins'> & {
  /** Names, in lower case, of headers that the developer's backend is told. */
  readonly backendHeaders: readonly string[];
};

/**
 * What a connecting client's request tells the developer's backend, as the settings say; undefined where that is
 * nothing. Where pages of any origin may connect, theirs do not speak with their visitors' cookies.
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
