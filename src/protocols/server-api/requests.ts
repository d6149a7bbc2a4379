import { z } from 'zod';

const channel = z.string().min(1);
const user = z.string().min(1);
const tags = z.record(z.string(), z.string());
const data = z.custom<unknown>((value) => value !== undefined, 'must be given');
const client = z.string().optional();

const publication = z.object({
  /** Any JSON; `b64data` instead for bytes. */
  data: data.optional(),
  b64data: z.base64().optional(),
  tags: tags.optional(),
  /** Publishing twice with it is publishing once. */
  idempotency_key: z.string().max(64).optional(),
});

/** What each method takes. https://centrifugal.dev/docs/server/server_api */
export const REQUESTS = {
  publish: publication.extend({ channel }),
  broadcast: publication.extend({ channels: z.array(channel).min(1).max(1_000) }),
  map_publish: publication.extend({ channel, key: z.string().min(1) }),
  map_remove: z.object({ channel, key: z.string().min(1) }),
  subscribe: z.object({ user, channel, client }),
  unsubscribe: z.object({ user, channel, client }),
  disconnect: z.object({ user, client }),
  presence: z.object({ channel }),
  presence_stats: z.object({ channel }),
  history: z.object({
    channel,
    /** 0: only the position; below 0: as many as the server gives. */
    limit: z.int().default(0),
    since: z.object({ offset: z.int().min(0).default(0), epoch: z.string().default('') }).optional(),
    reverse: z.boolean().default(false),
  }),
  history_remove: z.object({ channel }),
  channels: z.object({
    /** Glob: `*` stands for anything, `?` for one character. */
    pattern: z.string().default(''),
  }),
  info: z.object({}),
} as const;

export type Method = keyof typeof REQUESTS;
export type Params<M extends Method> = z.output<(typeof REQUESTS)[M]>;

export function isMethod(name: string): name is Method {
  return Object.hasOwn(REQUESTS, name);
}
