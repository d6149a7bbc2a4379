import { ERRORS, type ErrorName } from '../src/contracts/errors.ts';

/** The server's error names, and two for an unreachable server: then the outcome is unknown. */
export type BanyanErrorName = ErrorName | 'timeout' | 'connectionLost';

type Detail = {
  readonly message?: string;
  readonly field?: string;
  readonly retryAfter?: number;
  readonly requestId?: string;
  readonly cause?: unknown;
};

/** Codes of the Centrifuge client for calls without a reply are below this. */
const FIRST_SERVER_CODE = 100;
/** The code of exceeding the subscription limit. */
export const LIMIT_EXCEEDED = ERRORS.limitExceeded.code;

/** How a reply over a live connection names the invalid field: `title: must be one line of text`. */
const FIELD_AND_RULE = /^([\w-]+(?:\.[\w-]+)*): (?!.*; or )(.+)$/s;

const CODES = { timeout: 1, connectionLost: 2 } as const;
const NAMES = new Map<number, ErrorName>(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].code, name] as const),
);

/** Why a call failed. */
export class BanyanError extends Error {
  override readonly name: BanyanErrorName;
  readonly code: number;
  /** True if the same call may succeed later. Repeat it only if it has a key or changes nothing. */
  readonly temporary: boolean;
  /** Dotted path of the invalid input field. */
  readonly field: string | undefined;
  /** Seconds until a retry makes sense. Known over HTTP only. */
  readonly retryAfter: number | undefined;
  /** The id of the server's log record of an internal error. */
  readonly requestId: string | undefined;

  constructor(name: BanyanErrorName, detail: Detail = {}) {
    super(detail.message ?? name, { cause: detail.cause });
    const unreached = name === 'timeout' || name === 'connectionLost';
    this.name = name;
    this.code = unreached ? CODES[name] : ERRORS[name].code;
    this.temporary = unreached || ERRORS[name].temporary;
    this.field = detail.field;
    this.retryAfter = detail.retryAfter;
    this.requestId = detail.requestId;
  }
}

/** Converts a rejection of the Centrifuge client. */
export function errorFromReply(thrown: unknown): BanyanError {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  const detail = { ...(typeof message === 'string' && detailOf(message)), cause: thrown };
  if (code === CODES.timeout) return new BanyanError('timeout', detail);
  if (typeof code === 'number' && code < FIRST_SERVER_CODE) return new BanyanError('connectionLost', detail);
  return new BanyanError(NAMES.get(code as number) ?? 'internal', detail);
}

function detailOf(text: string): Pick<Detail, 'field' | 'message'> {
  const [, field, message] = FIELD_AND_RULE.exec(text) ?? [];
  return field === undefined || message === undefined ? { message: text } : { field, message };
}

/** Converts an HTTP error, whose body is JSON only if Banyan itself wrote it, not a proxy. */
export function errorFromBody(status: number, body: unknown): BanyanError {
  const { error = {} } = (body ?? {}) as { readonly error?: Detail & { readonly name?: string } };
  if (isErrorName(error.name)) return new BanyanError(error.name, error);
  return new BanyanError(status >= 500 ? 'internal' : 'badRequest', { message: `HTTP status ${status}` });
}

/** Converts an error of `fetch`. */
export function errorFromFetch(thrown: unknown): BanyanError {
  const isTimeout = thrown instanceof Error && thrown.name === 'TimeoutError';
  return new BanyanError(isTimeout ? 'timeout' : 'connectionLost', { cause: thrown });
}

function isErrorName(name: string | undefined): name is ErrorName {
  return name !== undefined && Object.hasOwn(ERRORS, name);
}
