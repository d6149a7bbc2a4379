import { z } from 'zod';
import { subscribeOverrideSchema } from '../../core/sessions/subscribe-override.ts';
import { JsonText } from '../../core/text/raw-json.ts';
import type { Span } from '../../ports/traces.ts';

const channel = z.string().min(1);
/** An empty one means anonymous users. */
const user = z.string().default('');
/** Not `z.record`, which drops a member named `__proto__`. */
const tags = z.custom<Readonly<Record<string, string>>>(isTags, 'must be an object of texts');
/** JSON as it was sent: see `RAW`. */
const json = z.instanceof(JsonText);
/** One of the user's connections; without either, all of them. */
const which = { client: z.string().optional(), session: z.string().optional() };
/** Seconds since 1970; 0 means no expiry. */
const expireAt = z.int().min(0).default(0);
/** Any JSON, or bytes of JSON text. */
const info = { info: json.optional(), b64info: z.base64().optional() };
/** Any JSON; `b64data` instead for bytes. */
const data = { data: json.optional(), b64data: z.base64().optional() };
const CLOSE_REASON_LENGTH = 123;
const KEY_LENGTH = 255;
const BROADCAST_LIMIT = 1_000;

/** For Centrifugo's fields that are missing here and would be dangerous to ignore. */
const refused = (why: string) => z.undefined(`is not supported: ${why}`).optional();
const PRO = {
  label_filter: refused('connections have no labels'),
  all_users: z.literal(false, 'is not supported: name the user').optional(),
};

const position = z.object({ offset: z.int().min(0).default(0), epoch: z.string().default('') });
/** 0: only the position; below 0: the server's maximum. */
const limit = z.int().default(0);

/** The version of the state in the channel; a publication that is not newer is skipped. */
const version = { version: z.int().min(0).default(0), version_epoch: z.string().max(KEY_LENGTH).default('') };
/** The idempotency key. */
const idempotency = { idempotency_key: z.string().max(KEY_LENGTH).optional() };
/** Ignored: the namespace decides about deltas. */
const delta = { delta: z.boolean().optional() };

const publication = z.object({
  ...data,
  tags: tags.optional(),
  ...idempotency,
  /** Sent only to current subscribers. */
  skip_history: z.boolean().default(false),
  ...delta,
  ...version,
});

/**
 * The input of each method: the request messages of internal/apiproto/api.proto of Centrifugo 6.9, which a test
 * compares. https://centrifugal.dev/docs/server/server_api
 */
export const REQUESTS = {
  publish: publication.extend({ channel }),
  broadcast: publication.extend({ channels: z.array(z.string()).min(1).max(BROADCAST_LIMIT) }),
  subscribe: z.object({
    user,
    channel,
    ...which,
    ...info,
    expire_at: expireAt,
    ...data,
    recover_since: position.optional(),
    override: subscribeOverrideSchema.optional(),
    ...PRO,
  }),
  /** Without a channel: all. */
  unsubscribe: z.object({ user, channel: channel.optional(), ...which, ...PRO }),
  disconnect: z.object({
    user,
    ...which,
    /** Clients that stay connected. */
    whitelist: z.array(z.string()).max(1_000).default([]),
    disconnect: z
      .object({ code: z.int().min(3_000).max(4_999), reason: z.string().max(CLOSE_REASON_LENGTH).default('') })
      .optional(),
    ...PRO,
  }),
  refresh: z.object({
    user,
    ...which,
    info: info.info,
    expired: z.boolean().default(false),
    expire_at: expireAt,
    ...PRO,
  }),
  presence: z.object({ channel }),
  presence_stats: z.object({ channel }),
  history: z.object({ channel, limit, since: position.optional(), reverse: z.boolean().default(false) }),
  history_remove: z.object({ channel }),
  channels: z.object({
    /** Glob: `*` stands for anything, `?` for one character. */
    pattern: z.string().default(''),
  }),
  info: z.object({}),
  /** Calls the backend itself, as an anonymous client. */
  rpc: z.object({ method: z.string().min(1), params: json.optional() }),
  map_publish: z.object({
    channel,
    key: z.string().min(1),
    ...data,
    tags: tags.optional(),
    ...idempotency,
    ...delta,
    ...version,
    key_mode: z.enum(['if_new', 'if_exists'], 'must be if_new or if_exists').optional(),
    score: z.literal(0, 'is not supported: entries are ordered by key').optional(),
    stream_data: refused('subscribers and history get the same data'),
    b64stream_data: refused('subscribers and history get the same data'),
  }),
  map_remove: z.object({ channel, key: z.string().min(1), ...idempotency }),
  map_read_state: z.object({
    channel,
    cursor: z.string().default(''),
    limit,
    key: z.string().optional(),
    asc: z.boolean().optional(),
    revision_offset: z.int().min(0).default(0),
    revision_epoch: z.string().default(''),
  }),
  map_read_stream: z.object({
    channel,
    since_offset: z.int().min(0).default(0),
    since_epoch: z.string().default(''),
    limit,
    reverse: z.boolean().default(false),
  }),
  map_stats: z.object({ channel }),
  map_clear: z.object({ channel }),
  shared_poll_publish: z.object({
    channel,
    key: z.string().min(1),
    ...data,
    version: z.int().min(1),
    epoch: refused('versions come from your backend, and are kept forever'),
  }),
} as const;

/** Members whose JSON is passed on unchanged. */
export const RAW: readonly string[] = ['data', 'info', 'params'];

/** Members that are nested messages. */
const MESSAGES: ReadonlySet<string> = new Set([
  ...['since', 'recover_since', 'disconnect', 'override'],
  ...['presence', 'join_leave', 'force_recovery', 'force_positioning', 'force_push_join_leave'],
]);

export type Method = keyof typeof REQUESTS;
export type Params<M extends Method> = z.output<(typeof REQUESTS)[M]>;

/** The handler of each method; throws `ClientError`. `span`: the request's, if traced. */
export type Handlers = { readonly [M in Method]: (params: Params<M>, span?: Span) => Promise<unknown> };

/**
 * Removes parameters that count as absent: null and empty texts, which libraries write for unset fields. The caller's
 * own JSON stays unchanged.
 */
export function withoutZeros(params: unknown): unknown {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
  const members = Object.entries(params).filter(
    ([name, value]) => RAW.includes(name) || (value !== null && value !== ''),
  );
  return Object.fromEntries(members.map(([name, value]) => [name, MESSAGES.has(name) ? withoutZeros(value) : value]));
}

function isTags(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === 'string');
}

export function isMethod(name: string): name is Method {
  return Object.hasOwn(REQUESTS, name);
}
