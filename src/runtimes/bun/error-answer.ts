import { ERRORS } from '../../contracts/errors.ts';
import { ClientError, toClientError } from '../../core/errors.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span } from '../../ports/traces.ts';
import { ACCEPTED_ENCODINGS } from './content-encoding.ts';

/** Of a path in the log. */
const PATH_LENGTH = 256;

/** The body of every answer that is an error. */
export type ErrorBody = {
  readonly error: {
    readonly code: number;
    readonly name: string;
    readonly message: string;
    readonly field?: string;
    /** Seconds. */
    readonly retryAfter?: number;
    /** Finds the log record of an internal error. */
    readonly requestId?: string;
  };
};

/** Who is told of errors that are nobody's but the server's. */
export type Told = { readonly telemetry: Telemetry; readonly span?: Span | undefined };

/**
 * Turns whatever was thrown into an answer. What is not a `ClientError` is logged, once and here, and the client
 * gets no more than the record's id.
 */
export function errorAnswer(thrown: unknown, request: Request, { telemetry, span }: Told): Response {
  const error = toClientError(thrown);
  if (error.status >= 500) span?.fail(thrown);
  const headers = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  if (error.retryAfter !== undefined) headers.set('Retry-After', String(Math.ceil(error.retryAfter)));
  if (error.kind === 'unsupportedEncoding') headers.set('Accept-Encoding', ACCEPTED_ENCODINGS);
  const body = error.kind === 'internal' ? logInternal(error, request, { telemetry, span }) : describe(error);
  return new Response(JSON.stringify(body), { status: error.status, headers });
}

/** The answer to a method that a path does not have. */
export function methodNotAllowed(allow: string): Response {
  const error = new ClientError('methodNotFound', { message: `only ${allow}` });
  return Response.json(describe(error), { status: 405, headers: { Allow: allow, 'Cache-Control': 'no-store' } });
}

function describe({ kind, code, message, field, retryAfter }: ClientError): ErrorBody {
  return {
    error: {
      code,
      name: kind,
      message,
      ...(field !== undefined && { field }),
      ...(retryAfter !== undefined && { retryAfter }),
    },
  };
}

function logInternal({ cause, stack }: ClientError, request: Request, { telemetry, span }: Told): ErrorBody {
  const requestId = crypto.randomUUID();
  const error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? stack);
  telemetry.record('error', 'http.failed', {
    request_id: requestId,
    method: request.method,
    path: pathOf(request),
    error,
    ...traceFields(span),
  });
  const { code, message } = ERRORS.internal;
  return { error: { code, name: 'internal', message, requestId } };
}

/** For the log, where the code of an invitation's link has no business. */
function pathOf({ url }: Request): string {
  return new URL(url).pathname.replace(/^\/join\/.*/, '/join/…').slice(0, PATH_LENGTH);
}
