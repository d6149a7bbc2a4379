import { ERRORS, type ErrorName } from '../contracts/errors.ts';

export type ErrorDetail = {
  /** A message for people; the table's if absent. Never contains secrets. */
  readonly message?: string;
  /** Dotted path of the invalid input field. */
  readonly field?: string;
  /** Seconds until a retry makes sense. */
  readonly retryAfter?: number;
  /** Overrides the table's, if a developer's backend sets it. */
  readonly code?: number;
  readonly temporary?: boolean;
  readonly cause?: unknown;
};

/** An error of the table, on its way to a client. Thrown inside, turned into a reply once, at the edge. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly kind: ErrorName;
  readonly code: number;
  readonly temporary: boolean;
  readonly status: number;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(kind: ErrorName, detail: ErrorDetail = {}) {
    super(detail.message ?? ERRORS[kind].message, { cause: detail.cause });
    this.kind = kind;
    this.code = detail.code ?? ERRORS[kind].code;
    this.temporary = detail.temporary ?? ERRORS[kind].temporary;
    this.status = ERRORS[kind].status;
    this.field = detail.field;
    this.retryAfter = detail.retryAfter;
  }
}

/**
 * Converts any thrown value to an error of the table; unknown ones become `internal` and keep their cause for the log.
 */
export function toClientError(thrown: unknown): ClientError {
  return thrown instanceof ClientError ? thrown : new ClientError('internal', { cause: thrown });
}
