import { callerOf, endFailed } from '../../core/measures/tracing.ts';
import type { Span, Traces } from '../../ports/traces.ts';

/** Paths without parameters. */
const PLACES: ReadonlySet<string> = new Set(['/api', '/publish', '/history', '/presence']);
/** Paths with parameters, by their prefix. */
const PREFIXES = [
  ['/api/v1/', '/api/v1/:operation'],
  ['/api/', '/api/:method'],
  ['/apps/', '/apps/:app/*'],
] as const;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * The span of a request that performs an action; undefined for pages and files, for long-lived responses, and for what
 * is not recorded. It never contains the query, nor paths of links: those contain tokens.
 */
export function beginRequest(traces: Traces | undefined, request: Request, pathname: string): Span | undefined {
  if (traces === undefined) return undefined;
  const route = PLACES.has(pathname) ? pathname : PREFIXES.find(([prefix]) => pathname.startsWith(prefix))?.[1];
  if (route === undefined) return undefined;
  const method = METHODS.has(request.method) ? request.method : '_OTHER';
  const caller = callerOf((name) => request.headers.get(name));
  const span = traces.begin(`${method === '_OTHER' ? 'HTTP' : method} ${route}`, 'server', caller);
  if (span === undefined) return undefined;
  const { protocol, hostname, port } = new URL(request.url);
  span.set({
    'http.request.method': method,
    'http.route': route,
    'url.path': pathname,
    'url.scheme': protocol.slice(0, -1),
    'server.address': hostname,
    'server.port': port === '' ? undefined : Number(port),
  });
  return span;
}

/** Ends it with the response. */
export async function endRequest<T extends Response | undefined>(span: Span, answer: Promise<T>): Promise<T> {
  try {
    const response = await answer;
    span.set({
      'http.response.status_code': response?.status,
      'error.type': response !== undefined && response.status >= 500 ? String(response.status) : undefined,
    });
    span.end();
    return response;
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
}
