import { ERRORS, type ErrorName } from '../contracts/errors.ts';

export type ErrorDetail = {
  /** What went wrong, for a person; the table's message when absent. Never holds secrets. */
  readonly message?: string;
  /** Dotted path of the input field that is wrong. */
  readonly field?: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** Instead of the table's, where a developer's backend says so. */
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

/** Any thrown value as an error of the table; what is not ours becomes `internal` and keeps its cause for the log. */
export function toClientError(thrown: unknown): ClientError {
  return thrown instanceof ClientError ? thrown : new ClientError('internal', { cause: thrown });
}
