import { z } from 'zod';
import { JsonText } from '../../core/raw-json.ts';
import type { Span } from '../../ports/traces.ts';

const channel = z.string().min(1);
const user = z.string().min(1);
/** No `z.record`, which leaves out a member called `__proto__`. */
const tags = z.custom<Readonly<Record<string, string>>>(isTags, 'must be an object of texts');
/** JSON as it was sent: see `RAW`. */
const data = z.instanceof(JsonText);
/** One of the user's connections; without either, all of them. */
const which = { client: z.string().optional(), session: z.string().optional() };
/** Seconds since 1970; 0 for no end. */
const expireAt = z.int().min(0).default(0);
/** Any JSON, or bytes of JSON text. */
const info = { info: data.optional(), b64info: z.base64().optional() };
const CLOSE_REASON_LENGTH = 123;

const position = z.object({ offset: z.int().min(0).default(0), epoch: z.string().default('') });

const publication = z.object({
  /** Any JSON; `b64data` instead for bytes. */
  data: data.optional(),
  b64data: z.base64().optional(),
  tags: tags.optional(),
  /** Publishing twice with it is publishing once. */
  idempotency_key: z.string().max(64).optional(),
  /** Only those who listen now get it. */
  skip_history: z.boolean().default(false),
  /** Versions of what a channel stands for: not kept, and so refused rather than passed over. */
  version: z.literal(0, 'is not supported: publications have offsets').optional(),
});

/** What each method takes. https://centrifugal.dev/docs/server/server_api */
export const REQUESTS = {
  publish: publication.extend({ channel }),
  broadcast: publication.extend({ channels: z.array(channel).min(1).max(1_000) }),
  map_publish: publication.extend({ channel, key: z.string().min(1) }),
  map_remove: z.object({ channel, key: z.string().min(1) }),
  subscribe: z.object({
    user,
    channel,
    ...which,
    ...info,
    expire_at: expireAt,
    data: data.optional(),
    b64data: z.base64().optional(),
    recover_since: position.optional(),
    override: z.undefined('is not supported: the namespace decides').optional(),
  }),
  unsubscribe: z.object({ user, channel, ...which }),
  disconnect: z.object({
    user,
    ...which,
    /** Clients that stay. */
    whitelist: z.array(z.string()).max(1_000).default([]),
    disconnect: z
      .object({ code: z.int().min(3_000).max(4_999), reason: z.string().max(CLOSE_REASON_LENGTH).default('') })
      .optional(),
  }),
  refresh: z.object({ user, ...which, info: info.info, expired: z.boolean().default(false), expire_at: expireAt }),
  presence: z.object({ channel }),
  presence_stats: z.object({ channel }),
  history: z.object({
    channel,
    /** 0: only the position; below 0: as many as the server gives. */
    limit: z.int().default(0),
    since: position.optional(),
    reverse: z.boolean().default(false),
  }),
  history_remove: z.object({ channel }),
  channels: z.object({
    /** Glob: `*` stands for anything, `?` for one character. */
    pattern: z.string().default(''),
  }),
  info: z.object({}),
  /** Asks the backend itself, as a client without a name would. */
  rpc: z.object({ method: z.string().min(1), params: data.optional() }),
} as const;

/** Members of parameters that are passed on as they were written. */
export const RAW: readonly string[] = ['data', 'info', 'params'];

export type Method = keyof typeof REQUESTS;
export type Params<M extends Method> = z.output<(typeof REQUESTS)[M]>;

/** What answers each method; throws `ClientError`. `span`: of the request, where it is traced. */
export type Handlers = { readonly [M in Method]: (params: Params<M>, span?: Span) => Promise<unknown> };

function isTags(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === 'string');
}

export function isMethod(name: string): name is Method {
  return Object.hasOwn(REQUESTS, name);
}
