import { ClientError } from '../../core/errors.ts';
import { rawItems, rawMember, valuesIn } from '../../core/text/raw-json.ts';

/** The maximum number of commands per request. */
const LIMIT = 1_000;

/** A call's parameters, parsed and as text. */
export type RequestBody = { readonly value: unknown; readonly text: string };

/** One of several calls of a request. `id`: the caller's number for the reply. */
export type ApiCommand = { readonly method: string; readonly params: RequestBody; readonly id?: number };

/**
 * The commands of a batch, message `BatchRequest` of internal/apiproto/api.proto: `{"commands":[{"publish":{…}}, …]}`.
 * Throws `badRequest`.
 */
export function batchIn({ value, text }: RequestBody): {
  readonly commands: readonly ApiCommand[];
  readonly parallel: boolean;
} {
  const { commands = [], parallel } = (value ?? {}) as { readonly commands?: unknown; readonly parallel?: unknown };
  if (!Array.isArray(commands) || commands.length > LIMIT) {
    throw new ClientError('badRequest', { field: 'commands', message: `must be a list of at most ${LIMIT}` });
  }
  const texts = rawItems(rawMember(text, 'commands') ?? '[]');
  const found = commands.map((command: unknown, index) => {
    // A null member counts as absent.
    const [method = '', params] = Object.entries((command ?? {}) as object).find(([, each]) => each !== null) ?? [];
    return { method, params: { value: params as unknown, text: rawMember(texts[index] ?? '', method) ?? '{}' } };
  });
  return { commands: found, parallel: parallel === true };
}

/**
 * The commands of the older form, one JSON object after another: `{"id":1,"method":"publish","params":{…}}`, as
 * `LegacyCommand` in internal/api/handler_legacy.go. Throws `badRequest` if one is invalid, before any is run.
 */
export function legacyIn(body: string): readonly ApiCommand[] {
  const commands = valuesIn(body).map(legacyCommand);
  if (commands.length === 0) throw new ClientError('badRequest', { message: 'no command was given' });
  if (commands.length > LIMIT) throw new ClientError('tooLarge', { message: `at most ${LIMIT} commands` });
  return commands;
}

function legacyCommand(text: string): ApiCommand {
  const { value } = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClientError('badRequest', { message: 'a command must be an object' });
  }
  const { id, method, params } = value as {
    readonly id?: unknown;
    readonly method?: unknown;
    readonly params?: unknown;
  };
  return {
    method: methodOf(method),
    params: { value: params, text: rawMember(text, 'params') ?? '{}' },
    ...(typeof id === 'number' && id > 0 && { id }),
  };
}

/** A name in any case, or the former number; without one it is the first method. */
function methodOf(method: unknown): string {
  return typeof method === 'string'
    ? method.toLowerCase()
    : (LEGACY_METHODS[method === undefined ? 0 : Number(method)] ?? '');
}

/** `Command_MethodType_name` in internal/api/handler_legacy.go, for the methods that exist here. */
const LEGACY_METHODS: Readonly<Record<number, string>> = {
  ...{ 0: 'publish', 1: 'broadcast', 2: 'unsubscribe', 3: 'disconnect', 4: 'presence', 5: 'presence_stats' },
  ...{ 6: 'history', 7: 'history_remove', 8: 'channels', 9: 'info', 10: 'rpc', 11: 'subscribe', 12: 'refresh' },
  ...{ 33: 'map_publish', 34: 'map_remove', 35: 'map_read_state', 36: 'map_read_stream', 37: 'map_stats' },
  ...{ 38: 'map_clear', 39: 'shared_poll_publish' },
};

export function parse(text: string): RequestBody {
  try {
    return text.trim() === '' ? { value: {}, text: '{}' } : { value: JSON.parse(text), text };
  } catch (cause) {
    throw new ClientError('badRequest', { message: 'the body is not valid JSON', cause });
  }
}
