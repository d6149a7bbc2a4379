import type { z } from 'zod';
import { ruleText } from '../../contracts/rules.ts';
import type { ApiKey, ApiKeys } from '../../core/access/api-keys.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import { withRaw, writeJson } from '../../core/text/raw-json.ts';
import type { Span } from '../../ports/traces.ts';
import { type ApiError, errorOf, explain, statusOf } from './api-errors.ts';
import { type ApiCommand, batchIn, legacyIn, parse, type RequestBody } from './commands.ts';
import { KeyRates } from './key-rates.ts';
import { createHandlers } from './methods.ts';
import { REFUSED_METHODS } from './refused-methods.ts';
import { type Handlers, isMethod, RAW, REQUESTS, withoutZeros } from './requests.ts';
import { checkScope } from './scope.ts';

export type ServerApiSettings = {
  /** The keys that open the API, each within its scope; without keys it is closed. */
  readonly keys: ApiKeys;
  readonly version: string;
};

type Caller = { readonly key: ApiKey; readonly span: Span | undefined };
type Answer = { readonly result: unknown } | { readonly error: ApiError };

/** Methods whose response may be long. */
const READING: ReadonlySet<string> = new Set(['history', 'presence', 'channels']);
/** The assumed size of such a response. */
const READ_BYTES = 32 * 1024;
/** Every method of the API. */
export const API_METHODS: readonly string[] = Object.keys(REQUESTS);

const PATH = /^\/api(?:\/([a-z_]+))?$/;
const JSON_HEADERS = { 'content-type': 'application/json' };

/**
 * The HTTP API for a developer's own backend: `POST /api/<method>`, with the key in `X-API-Key`, `Authorization: apikey
 * <key>` or the query's `api_key`. A response has `result` or `error`, with status 200; with `X-Centrifugo-Error-Mode:
 * transport` an error has its own status. As internal/api/handler_gen.go and internal/middleware/auth.go of Centrifugo
 * 6.9. https://centrifugal.dev/docs/server/server_api
 */
export class ServerApi {
  readonly #node: Node;
  readonly #handlers: Handlers;
  readonly #keys: ApiKeys;
  readonly #rates = new KeyRates();

  constructor(node: Node, { keys, version }: ServerApiSettings) {
    this.#node = node;
    this.#handlers = createHandlers(node, version, node.clock.now());
    this.#keys = keys;
  }

  /** True for a path of this API. */
  takes(pathname: string): boolean {
    const method = PATH.exec(pathname)?.[1];
    if (method === undefined) return pathname === '/api';
    return method === 'batch' || isMethod(method) || REFUSED_METHODS.has(method);
  }

  /**
   * Undefined for a request of another API. `readBody` returns its text; both may throw `ClientError`. `span`: the
   * request's, if traced.
   */
  async answer(request: Request, readBody: () => Promise<string>, span?: Span): Promise<Response | undefined> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== 'POST' || !this.takes(pathname)) return undefined;
    const key = await this.#keyIn(request.headers, searchParams);
    if (key === undefined) return Response.json({ error: errorOf(new ClientError('unauthorized')) }, { status: 401 });
    const body = await readBody();
    const caller = { key, span };
    const method = PATH.exec(pathname)?.[1];
    if (method === undefined) return new Response(await this.#legacy(caller, body), { headers: JSON_HEADERS });
    if (method === 'batch') return written(await this.#batch(caller, parse(body)));
    const answer = await this.#call(caller, method, parse(body));
    if (REFUSED_METHODS.has(method)) return written(answer, 404);
    if ('result' in answer || request.headers.get('x-centrifugo-error-mode') !== 'transport') return written(answer);
    return written(answer.error, statusOf(answer.error));
  }

  /** The first header found counts, otherwise the query. */
  async #keyIn(headers: Headers, query: URLSearchParams): Promise<ApiKey | undefined> {
    const [scheme = '', key = '', ...more] = (headers.get('authorization') ?? '').split(/\s+/).filter(Boolean);
    const authorized = scheme.toLowerCase() === 'apikey' && more.length === 0 ? key : '';
    const given = [headers.get('x-api-key') || authorized, query.get('api_key') ?? ''].filter(Boolean);
    for (const each of given) {
      const found = await this.#keys.find(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #call({ key, span }: Caller, method: string, params: RequestBody): Promise<Answer> {
    try {
      // The key may have been revoked or limited while a batch was running.
      const current = this.#keys.current(key);
      if (current === undefined) throw new ClientError('unauthorized');
      if (!isMethod(method)) throw noSuch(method);
      const handle = this.#handlers[method] as (params: unknown, span?: Span) => Promise<unknown>;
      const given = checked(REQUESTS[method], params);
      checkScope(current, method, given);
      this.#spend(current);
      return { result: await this.#inTurn(current, method, () => handle(given, span)) };
    } catch (error) {
      return { error: explain(this.#node, error, { method, span }) };
    }
  }

  /** Large reads share their turns with the reads of clients. */
  #inTurn(key: ApiKey, method: string, handle: () => Promise<unknown>): Promise<unknown> {
    if (!READING.has(method)) return handle();
    return this.#node.work.read({ key: 'api', connection: key }, handle, () => READ_BYTES);
  }

  #spend(key: ApiKey): void {
    if (this.#rates.take(key, this.#node.clock.now()) === 0) return;
    this.#node.refused('apiKey');
    throw new ClientError('tooManyRequests');
  }

  /** Each reply is under its command's name, or is an error: message `BatchResponse`. */
  async #batch(caller: Caller, given: RequestBody): Promise<{ readonly replies: readonly unknown[] }> {
    const { commands, parallel } = batchIn(given);
    const run = async ({ method, params }: ApiCommand) => {
      const answer = await this.#call(caller, method, params);
      return 'result' in answer ? { [method]: answer.result } : answer;
    };
    if (parallel) return { replies: await Promise.all(commands.map(run)) };
    const replies: unknown[] = [];
    for (const command of commands) replies.push(await run(command));
    return { replies };
  }

  /** Line by line, one after another. */
  async #legacy(caller: Caller, body: string): Promise<string> {
    const answers: string[] = [];
    for (const { id, method, params } of legacyIn(body)) {
      const answer = await this.#call(caller, method, params);
      answers.push(writeJson({ ...(id !== undefined && { id }), ...answer }));
    }
    return answers.join('\n');
  }
}

function written(body: unknown, status = 200): Response {
  return new Response(writeJson(body), { status, headers: JSON_HEADERS });
}

function noSuch(method: string): ClientError {
  const why = REFUSED_METHODS.get(method);
  return new ClientError('methodNotFound', why === undefined ? {} : { message: `${method}: this server ${why}` });
}

function checked(schema: z.ZodType, { value, text }: RequestBody): unknown {
  const given = withoutZeros(withRaw(value ?? {}, text, RAW));
  const parsed = schema.safeParse(given, { error: ruleText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ClientError('invalidInput', {
    ...(issue !== undefined && issue.path.length > 0 && { field: issue.path.map(String).join('.') }),
    message: issue?.message ?? 'invalid input',
  });
}
