import { ERRORS, type ErrorName } from '../src/contracts/errors.ts';

/** The server's error names, and two for when it was not reached: nobody knows then whether it did what was asked. */
export type BanyanErrorName = ErrorName | 'timeout' | 'connectionLost';

type Detail = {
  readonly message?: string;
  readonly field?: string;
  readonly retryAfter?: number;
  readonly requestId?: string;
  readonly cause?: unknown;
};

/** Codes of the Centrifuge client for calls that got no answer are below this. */
const FIRST_SERVER_CODE = 100;
/** The number of a subscription that is one too many. */
export const LIMIT_EXCEEDED = ERRORS.limitExceeded.code;

/** How a reply over a live connection tells which field is wrong: `title: must be one line of text`. */
const FIELD_AND_RULE = /^([\w-]+(?:\.[\w-]+)*): (?!.*; or )(.+)$/s;

const CODES = { timeout: 1, connectionLost: 2 } as const;
const NAMES = new Map<number, ErrorName>(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].code, name] as const),
);

/** Why a call failed. */
export class BanyanError extends Error {
  override readonly name: BanyanErrorName;
  readonly code: number;
  /** True when the same call may succeed a little later. Repeat it only if it carries a key or changes nothing. */
  readonly temporary: boolean;
  /** Dotted path of the input field that is wrong. */
  readonly field: string | undefined;
  /** Seconds to wait before the next try. Known over HTTP only. */
  readonly retryAfter: number | undefined;
  /** Names the server's log record of an internal error. */
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

/** What the Centrifuge client rejects with. */
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

/** The error of an HTTP answer, whose body is JSON only if Banyan itself wrote it, and not a proxy before it. */
export function errorFromBody(status: number, body: unknown): BanyanError {
  const { error = {} } = (body ?? {}) as { readonly error?: Detail & { readonly name?: string } };
  if (isErrorName(error.name)) return new BanyanError(error.name, error);
  return new BanyanError(status >= 500 ? 'internal' : 'badRequest', { message: `HTTP status ${status}` });
}

/** What `fetch` threw. */
export function errorFromFetch(thrown: unknown): BanyanError {
  const isTimeout = thrown instanceof Error && thrown.name === 'TimeoutError';
  return new BanyanError(isTimeout ? 'timeout' : 'connectionLost', { cause: thrown });
}

function isErrorName(name: string | undefined): name is ErrorName {
  return name !== undefined && Object.hasOwn(ERRORS, name);
}
