import { type OriginSettings, originAllowed } from './origin.ts';

/**
 * The origin of a connection. `own`: one of our pages, or no page at all; its cookies count. `foreign`: a page of an
 * origin that the settings allow; its cookies are ignored, so that it acts only as the user named in its token.
 */
export type Visit = 'own' | 'foreign' | 'refused';

export type VisitSettings = OriginSettings & {
  /** Origins (`https://app.example.org`) of pages that may connect with a token; `*` allows all. */
  readonly allowedOrigins: readonly string[];
};

export function visitOf(headers: Headers, settings: VisitSettings): Visit {
  if (originAllowed(headers, settings)) return 'own';
  const origin = headers.get('Origin');
  const allowed =
    origin !== null && (settings.allowedOrigins.includes('*') || settings.allowedOrigins.includes(origin));
  return allowed ? 'foreign' : 'refused';
}

/** Response headers clients depend on, which browsers hide from foreign pages unless they are exposed. */
const READABLE = 'Retry-After, Allow, ETag';

/**
 * Lets a foreign page read the response. https://fetch.spec.whatwg.org/#http-cors-protocol
 *
 * Some clients send every request with credentials (`withCredentials` of Socket.IO), and their browsers then require
 * that this is allowed. It only lets a page read what its own token grants: a foreign page's cookies are ignored, so it
 * could read nothing about a person that it could not request without them.
 */
export function crossOriginHeaders(headers: Headers): Record<string, string> {
  const origin = headers.get('Origin');
  return {
    'Access-Control-Allow-Origin': origin ?? '*',
    ...(origin !== null && { 'Access-Control-Allow-Credentials': 'true' }),
    'Access-Control-Expose-Headers': READABLE,
    Vary: 'Origin',
  };
}

/** The response to a preflight: what such a page may send. */
export function preflight(headers: Headers): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...crossOriginHeaders(headers),
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Idempotency-Key, X-Requested-With, Last-Event-ID, traceparent, tracestate',
      'Access-Control-Max-Age': '600',
    },
  });
}
