import { ClientError } from '../../core/errors.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import { EVENT_STREAM_HEADERS } from './streams.ts';
import { crossOriginHeaders } from './visit.ts';

/** The retry delay while the server starts. */
const STARTING_MS = 1_000;

/** An EventSource stops retrying on any response but a stream, so the delay is sent in one. */
export function isEventSource({ headers }: Request): boolean {
  return headers.get('Accept')?.includes('text/event-stream') === true;
}

/** Between taking the port and being ready. */
export function starting(request: Request): Response {
  const forPages = crossOriginHeaders(request.headers);
  if (!isEventSource(request)) {
    return new Response('starting', { status: 503, headers: { 'Retry-After': '1', ...forPages } });
  }
  const retryMs = Math.round(STARTING_MS * (1 + Math.random()));
  // Not a block, which go-sse would pass on as an empty event; a browser takes the delay from the line.
  return new Response(`retry: ${retryMs}\n`, {
    headers: { ...EVENT_STREAM_HEADERS, ...forPages },
  });
}

/** The response to a client that cannot connect now, where a request can be answered: 503 or 429, with Retry-After. */
export function refusalOf({ limit, retryMs }: RefusedArrival): ClientError {
  const retryAfter = retryMs / 1_000;
  switch (limit) {
    case 'addressConnections':
      return new ClientError('tooManyRequests', { message: 'too many connections from this address', retryAfter });
    case 'addressConnects':
      return new ClientError('tooManyRequests', { message: 'too many new connections from this address', retryAfter });
    case 'connections':
    case 'connects':
      return new ClientError('unavailable', { message: 'over capacity', retryAfter });
    case 'draining':
      return new ClientError('unavailable', { message: 'about to stop', retryAfter });
    default:
      return limit satisfies never;
  }
}
