import type { z } from 'zod';
import type { ApiKey, ApiKeys } from '../../core/api-keys.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node.ts';
import { rawItems, rawMember, withRaw, writeJson } from '../../core/raw-json.ts';
import { ruleText } from '../../core/rules.ts';
import type { Span } from '../../ports/traces.ts';
import { KeyRates } from './key-rates.ts';
import { createHandlers, errorOf, explain } from './methods.ts';
import { type Handlers, isMethod, RAW, REQUESTS } from './requests.ts';
import { checkScope } from './scope.ts';

export type ServerApiSettings = {
  /** Any of these opens the API, as far as it goes; without one it is shut. */
  readonly keys: ApiKeys;
  readonly version: string;
};

/** The parameters of a call, and their text. */
type Given = { readonly value: unknown; readonly text: string };

type Caller = { readonly key: ApiKey; readonly span: Span | undefined };

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
    return new Response(await this.#answerTo(method, caller, body), { headers: JSON_HEADERS });
  }

  async #answerTo(method: string | undefined, caller: Caller, body: string): Promise<string> {
    if (method === undefined) return this.#pipeline(caller, body);
    const params = parse(body);
    if (method !== 'batch') return writeJson(await this.#call(caller, method, params));
    return writeJson({ result: await this.#batch(caller, params) });
  }

  async #call({ key, span }: Caller, method: string, params: Given): Promise<{ result: unknown } | { error: unknown }> {
    try {
      // It may have been revoked, or bound to less, while a batch was under way.
      const current = this.#keys.current(key);
      if (current === undefined) throw new ClientError('unauthorized');
      if (!isMethod(method)) throw new ClientError('methodNotFound');
      const handle = this.#handlers[method] as (params: unknown, span?: Span) => Promise<unknown>;
      const given = checked(REQUESTS[method], params);
      checkScope(current, method, given);
      this.#spend(current);
      return { result: await handle(given, span) };
    } catch (error) {
      return { error: explain(this.#node, error, { method, span }) };
    }
  }

  #spend(key: ApiKey): void {
    if (this.#rates.take(key, this.#node.clock.now()) === 0) return;
    this.#node.refused('apiKey');
    throw new ClientError('tooManyRequests');
  }

  /** `{"commands":[{"publish":{…}}, …], "parallel":true}`; each reply stands under its command's name. */
  async #batch(caller: Caller, { value, text }: Given): Promise<unknown> {
    const { commands, parallel } = (value ?? {}) as { readonly commands?: unknown; readonly parallel?: unknown };
    if (!Array.isArray(commands) || commands.length > BATCH_LIMIT) {
      throw new ClientError('invalidInput', { field: 'commands', message: `must be a list of at most ${BATCH_LIMIT}` });
    }
    const texts = rawItems(rawMember(text, 'commands') ?? '[]');
    const run = async (command: unknown, index: number) => {
      const [[method, params] = ['', {}]] = Object.entries((command ?? {}) as object);
      const given = { value: params as unknown, text: rawMember(texts[index] ?? '', method) ?? '{}' };
      const answer = await this.#call(caller, method, given);
      return 'result' in answer ? { [method]: answer.result } : answer;
    };
    if (parallel === true) return { replies: await Promise.all(commands.map(run)) };
    const replies: unknown[] = [];
    for (const [index, command] of commands.entries()) replies.push(await run(command, index));
    return { replies };
  }

  /** The older form: `POST /api`, one `{"method","params"}` a line, answered line by line. */
  async #pipeline(caller: Caller, body: string): Promise<string> {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > BATCH_LIMIT) throw new ClientError('tooLarge', { message: `at most ${BATCH_LIMIT} commands` });
    const answers: string[] = [];
    for (const line of lines) {
      const command = (parse(line).value ?? {}) as { readonly method?: unknown; readonly params?: unknown };
      const method = typeof command.method === 'string' ? command.method : '';
      const params = { value: command.params, text: rawMember(line, 'params') ?? '{}' };
      answers.push(writeJson(await this.#call(caller, method, params)));
    }
    return answers.join('\n');
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function keyOf(headers: Headers): string {
  const [scheme = '', key = ''] = (headers.get('authorization') ?? '').split(' ');
  return headers.get('x-api-key') ?? (scheme.toLowerCase() === 'apikey' ? key : '');
}

function parse(text: string): Given {
  try {
    return text.trim() === '' ? { value: {}, text: '{}' } : { value: JSON.parse(text), text };
  } catch (cause) {
    throw new ClientError('invalidInput', { message: 'the body is not valid JSON', cause });
  }
}

function checked(schema: z.ZodType, { value, text }: Given): unknown {
  const parsed = schema.safeParse(withRaw(value ?? {}, text, RAW), { error: ruleText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ClientError('invalidInput', {
    ...(issue !== undefined && issue.path.length > 0 && { field: issue.path.map(String).join('.') }),
    message: issue?.message ?? 'invalid input',
  });
}
