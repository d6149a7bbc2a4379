import type { ErrorName } from '../../contracts/errors.ts';
import { ClientError, toClientError } from '../../core/errors.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Node } from '../../core/node/node.ts';
import type { Span } from '../../ports/traces.ts';

/** Message `Error` of internal/apiproto/api.proto. */
export type ApiError = { readonly code: number; readonly message: string };

type Failed = { readonly method: string; readonly span: Span | undefined };

/** Codes that differ between backends and clients: internal/apiproto/errors.go of Centrifugo. */
const CODES: Readonly<Partial<Record<ErrorName, number>>> = { invalidInput: 107, conflict: 113 };

/** `MapErrorToHTTPCode` in internal/apiproto/errors.go; our own errors have their own status. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [100, 500],
  [102, 404],
  [104, 404],
  [107, 400],
  [108, 400],
  [112, 416],
  [113, 409],
]);

/** Like `errorOf`; internal errors are logged. */
export function explain(node: Node, thrown: unknown, { method, span }: Failed): ApiError {
  const error = toClientError(thrown);
  if (error.kind === 'internal') {
    node.report(error.cause ?? error, 'api.failed', { method, ...traceFields(span) });
    span?.fail(error);
  }
  return errorOf(error);
}

/** An error in the form of API responses. */
export function errorOf(error: unknown): ApiError {
  const { code, kind, message, field } = error instanceof ClientError ? error : new ClientError('internal');
  return { code: CODES[kind] ?? code, message: field === undefined ? message : `${field}: ${message}` };
}

/** The HTTP status of an error, for callers that request transport errors. */
export function statusOf({ code }: ApiError): number {
  return STATUSES.get(code) ?? OWN_STATUSES.get(code) ?? 500;
}

const OWN_STATUSES: ReadonlyMap<number, number> = new Map([
  [101, 401],
  [103, 403],
  [106, 400],
  [111, 429],
  [413, 413],
]);
