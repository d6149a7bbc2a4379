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

/** What lets a foreign page read the answer. Without credentials: cookies neither go nor come. https://fetch.spec.whatwg.org/#http-cors-protocol */
export function crossOriginHeaders(headers: Headers): Record<string, string> {
  return { 'Access-Control-Allow-Origin': headers.get('Origin') ?? '*', Vary: 'Origin' };
}

/** The answer to a preflight: what such a page may send. */
export function preflight(headers: Headers): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...crossOriginHeaders(headers),
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Idempotency-Key, X-Requested-With, Last-Event-ID, traceparent, tracestate',
      'Access-Control-Max-Age': '600',
    },
  });
}
