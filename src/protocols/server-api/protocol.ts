import type { z } from 'zod';
import type { ApiKey, ApiKeys } from '../../core/api-keys.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node.ts';
import { ruleText } from '../../core/rules.ts';
import type { Span } from '../../ports/traces.ts';
import { KeyRates } from './key-rates.ts';
import { createHandlers, errorOf, explain } from './methods.ts';
import { type Handlers, isMethod, REQUESTS } from './requests.ts';
import { checkScope } from './scope.ts';

export type ServerApiSettings = {
  /** Any of these opens the API, as far as it goes; without one it is shut. */
  readonly keys: ApiKeys;
  readonly version: string;
};

type Caller = { readonly key: ApiKey; readonly span: Span | undefined };

/** Methods whose answer may be long. */
const READING: ReadonlySet<string> = new Set(['history', 'presence', 'channels']);
/** What such an answer is taken for. */
const READ_BYTES = 32 * 1024;
/** Most commands that one batch may hold. */
const BATCH_LIMIT = 1_000;
/** Every method of the API. */
export const API_METHODS: readonly string[] = Object.keys(REQUESTS);

const PATH = /^\/api(?:\/([a-z_]+))?$/;

/**
 * The HTTP API with which a developer's own backend publishes, looks and tells: `POST /api/<method>`, with the key in
 * `X-API-Key` or `Authorization: apikey <key>`. An answer holds `result` or `error`, under status 200.
 * https://centrifugal.dev/docs/server/server_api
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

  /** True for a path that this API answers. */
  takes(pathname: string): boolean {
    const method = PATH.exec(pathname)?.[1];
    return pathname === '/api' || method === 'batch' || (method !== undefined && isMethod(method));
  }

  /**
   * Undefined for a request that is not for this API. `readBody` gives its text; both may throw `ClientError`. `span`: of
   * the request, where it is traced.
   */
  async answer(request: Request, readBody: () => Promise<string>, span?: Span): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (request.method !== 'POST' || !this.takes(pathname)) return undefined;
    const key = await this.#keys.find(keyOf(request.headers));
    if (key === undefined) return Response.json({ error: errorOf(new ClientError('unauthorized')) }, { status: 401 });
    const body = await readBody();
    const caller = { key, span };
    const method = PATH.exec(pathname)?.[1];
    if (method === undefined) return new Response(await this.#pipeline(caller, body), { headers: JSON_HEADERS });
    return Response.json(
      method === 'batch'
        ? { result: await this.#batch(caller, parse(body)) }
        : await this.#call(caller, method, parse(body)),
    );
  }

  async #call(
    { key, span }: Caller,
    method: string,
    params: unknown,
  ): Promise<{ result: unknown } | { error: unknown }> {
    try {
      // It may have been revoked, or bound to less, while a batch was under way.
      const current = this.#keys.current(key);
      if (current === undefined) throw new ClientError('unauthorized');
      if (!isMethod(method)) throw new ClientError('methodNotFound');
      const handle = this.#handlers[method] as (params: unknown, span?: Span) => Promise<unknown>;
      const given = checked(REQUESTS[method], params);
      checkScope(current, method, given);
      this.#spend(current);
      return { result: await this.#inTurn(current, method, () => handle(given, span)) };
    } catch (error) {
      return { error: explain(this.#node, error, { method, span }) };
    }
  }

  /** What reads much takes its turns with what clients have read. */
  #inTurn(key: ApiKey, method: string, handle: () => Promise<unknown>): Promise<unknown> {
    if (!READING.has(method)) return handle();
    return this.#node.work.read({ key: 'api', connection: key }, handle, () => READ_BYTES);
  }

  #spend(key: ApiKey): void {
    if (this.#rates.take(key, this.#node.clock.now()) === 0) return;
    this.#node.refused('apiKey');
    throw new ClientError('tooManyRequests');
  }

  /** `{"commands":[{"publish":{…}}, …], "parallel":true}`; each reply stands under its command's name. */
  async #batch(caller: Caller, body: unknown): Promise<unknown> {
    const { commands, parallel } = (body ?? {}) as { readonly commands?: unknown; readonly parallel?: unknown };
    if (!Array.isArray(commands) || commands.length > BATCH_LIMIT) {
      throw new ClientError('invalidInput', { field: 'commands', message: `must be a list of at most ${BATCH_LIMIT}` });
    }
    const run = async (command: unknown) => {
      const [[method, params] = ['', {}]] = Object.entries((command ?? {}) as object);
      const answer = await this.#call(caller, method, params);
      return 'result' in answer ? { [method]: answer.result } : answer;
    };
    if (parallel === true) return { replies: await Promise.all(commands.map(run)) };
    const replies: unknown[] = [];
    for (const command of commands) replies.push(await run(command));
    return { replies };
  }

  /** The older form: `POST /api`, one `{"method","params"}` a line, answered line by line. */
  async #pipeline(caller: Caller, body: string): Promise<string> {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > BATCH_LIMIT) throw new ClientError('tooLarge', { message: `at most ${BATCH_LIMIT} commands` });
    const answers: string[] = [];
    for (const line of lines) {
      const { method, params } = (parse(line) ?? {}) as { readonly method?: unknown; readonly params?: unknown };
      answers.push(JSON.stringify(await this.#call(caller, typeof method === 'string' ? method : '', params)));
    }
    return answers.join('\n');
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function keyOf(headers: Headers): string {
  const [scheme = '', key = ''] = (headers.get('authorization') ?? '').split(' ');
  return headers.get('x-api-key') ?? (scheme.toLowerCase() === 'apikey' ? key : '');
}

function parse(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new ClientError('invalidInput', { message: 'the body is not valid JSON', cause });
  }
}

function checked(schema: z.ZodType, params: unknown): unknown {
  const parsed = schema.safeParse(params ?? {}, { error: ruleText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ClientError('invalidInput', {
    ...(issue !== undefined && issue.path.length > 0 && { field: issue.path.map(String).join('.') }),
    message: issue?.message ?? 'invalid input',
  });
}
