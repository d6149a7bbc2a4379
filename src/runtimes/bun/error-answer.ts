import { ERRORS } from '../../contracts/errors.ts';
import { ClientError, toClientError } from '../../core/errors.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span } from '../../ports/traces.ts';
import { ACCEPTED_ENCODINGS } from './content-encoding.ts';

/** Maximum length of a path in the log. */
const PATH_LENGTH = 256;

/** The body of every error response. */
export type ErrorBody = {
  readonly error: {
    readonly code: number;
    readonly name: string;
    readonly message: string;
    readonly field?: string;
    /** Seconds. */
    readonly retryAfter?: number;
    /** The id of the log record of an internal error. */
    readonly requestId?: string;
  };
};

/** Receives internal errors. */
export type ErrorContext = { readonly telemetry: Telemetry; readonly span?: Span | undefined };

/**
 * Turns a thrown value into a response. Anything but a `ClientError` is logged, only here, and the client only gets the
 * record's id.
 */
export function errorAnswer(thrown: unknown, request: Request, { telemetry, span }: ErrorContext): Response {
  const error = toClientError(thrown);
  if (error.status >= 500) span?.fail(thrown);
  const headers = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  if (error.retryAfter !== undefined) headers.set('Retry-After', String(Math.ceil(error.retryAfter)));
  if (error.kind === 'unsupportedEncoding') headers.set('Accept-Encoding', ACCEPTED_ENCODINGS);
  const body = error.kind === 'internal' ? logInternal(error, request, { telemetry, span }) : describe(error);
  return new Response(JSON.stringify(body), { status: error.status, headers });
}

/** The response for a method the path does not support. */
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

function logInternal({ cause, stack }: ClientError, request: Request, { telemetry, span }: ErrorContext): ErrorBody {
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

/** For the log, which must not contain the codes of invitation links. */
function pathOf({ url }: Request): string {
  return new URL(url).pathname.replace(/^\/join\/.*/, '/join/…').slice(0, PATH_LENGTH);
}
