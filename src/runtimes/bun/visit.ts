import { type OriginSettings, originAllowed } from './origin.ts';

/**
 * Which page makes a connection. `own`: one of ours, or no page at all; its cookies count. `foreign`: a page of an
 * origin that the settings allow; its cookies do not count, so that it speaks for nobody but whom its token names.
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

/** Headers of answers by which a client acts, and which browsers keep from a foreign page unless they are named. */
const READABLE = 'Retry-After, Allow, ETag';

/**
 * What lets a foreign page read the answer. https://fetch.spec.whatwg.org/#http-cors-protocol
 *
 * Some clients send every request with credentials (`withCredentials` of Socket.IO), and their browsers then want it
 * said that this is allowed. It lets a page read what its own token gives it and nothing more: a foreign page's cookies
 * are never looked at, so there is nothing to read of a person that the page could not ask for without them.
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

/** The answer to a preflight: what such a page may send. */
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
