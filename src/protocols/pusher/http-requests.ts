import { z } from 'zod';
import { ruleText } from '../../contracts/rules.ts';
import { ClientError } from '../../core/errors.ts';
import { isName, kindOf } from './channel-name.ts';
import { isReserved } from './encode.ts';
import type { Pairs } from './http-signature.ts';

const CHANNELS_LIMIT = 100;
const BATCH_LIMIT = 10;

const channel = z.string().refine(isName, 'is not a channel name');
const common = {
  name: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => !isReserved(name), "is the server's own"),
  data: z.string(),
  /** The client that is excluded. */
  socket_id: z
    .string()
    .regex(/^\d{1,20}\.\d{1,20}$/, 'is not a socket id')
    .nullish(),
  info: z
    .string()
    .regex(/^((user_count|subscription_count)(,|$))*$/, 'names an unknown attribute')
    .nullish(),
};

/** https://pusher.com/docs/channels/library_auth_reference/rest-api/ */
export const EVENT = z
  .object({ ...common, channel: channel.optional(), channels: z.array(channel).min(1).max(CHANNELS_LIMIT).optional() })
  .refine((event) => (event.channel === undefined) !== (event.channels === undefined), 'needs channel or channels')
  .transform(({ channel: one, channels = [], ...rest }) => ({
    ...rest,
    channels: one === undefined ? channels : [one],
  }))
  .refine(({ channels }) => channels.length < 2 || !channels.some(isEncrypted), 'an encrypted channel must be alone');

export const BATCH = z.object({
  batch: z
    .array(z.object({ ...common, channel }))
    .min(1)
    .max(BATCH_LIMIT),
});

export type EventRequest = z.output<typeof EVENT>;

function isEncrypted(name: string): boolean {
  return kindOf(name).access === 'encrypted';
}

/**
 * The events to publish, from the body or the query: backends may use either. Throws `ClientError` `badRequest` that
 * names the first invalid field.
 */
export function parseParameters<T>(schema: z.ZodType<T>, body: Uint8Array, pairs: Pairs): T {
  const isInQuery = body.length === 0 && pairs.some(([name]) => name === 'name');
  const parsed = schema.safeParse(isInQuery ? parametersIn(pairs) : parseJson(body), { error: ruleText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw new ClientError('badRequest', { message: `${field === '' ? '' : `${field} `}${issue?.message ?? 'is wrong'}` });
}

function parametersIn(pairs: Pairs): unknown {
  const channels = pairs.filter(([name]) => name === 'channels[]').map(([, value]) => value);
  return { ...Object.fromEntries(pairs), ...(channels.length > 0 && { channels }) };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ClientError('badRequest', { message: 'the body is not valid JSON', cause });
  }
}
