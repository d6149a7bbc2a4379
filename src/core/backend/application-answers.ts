import { z } from 'zod';
import type { BackendAnswer, BackendEvent } from '../../ports/backend.ts';
import type { ServerSubscription } from '../bus/node-messages.ts';
import { DisconnectError, reconnects } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { PublishOptions } from '../operations/feature.ts';
import { subscribeOverrideOf, subscribeOverrideSchema } from '../sessions/subscribe-override.ts';
import { fromBase64 } from '../text/base64.ts';
import { jsonOfBytes, jsonTextOf } from '../text/binary-data.ts';
import { JsonText, rawMember, rawMembers, withRaw } from '../text/raw-json.ts';

const USER_LENGTH = 255;
const CHANNELS = 1_000;
const KEY_LENGTH = 255;
/** Maximum characters kept per connection for later requests. */
const META_LENGTH = 8_192;
const CLOSE_REASON_BYTES = 123;

/** Null counts as absent. */
const nullable = <T extends z.ZodType>(schema: T) => schema.nullish();
/** Seconds since 1970; 0 means no expiry. */
const expireAt = nullable(z.int().min(0));
/** JSON as the backend wrote it. */
const json = nullable(z.instanceof(JsonText));
const base64 = nullable(z.base64());
const flag = nullable(z.boolean());
const tags = nullable(z.record(z.string(), z.string()));
const info = { info: json, b64info: base64 };
const data = { data: json, b64data: base64 };
const meta = nullable(z.custom<JsonText>((value) => value instanceof JsonText && value.text.length <= META_LENGTH));
/** Ignored: capabilities and labels are of Centrifugo PRO, and grant nothing without it. */
const ignored = nullable(z.unknown());
/** Ignoring it would grant a client what the backend withholds. */
const refused = nullable(z.never());
/** The namespace decides about deltas. */
const delta = flag;
const version = { version: nullable(z.int().min(0)), version_epoch: nullable(z.string().max(KEY_LENGTH)) };
const key = nullable(z.string().max(KEY_LENGTH));

const subscribing = {
  expire_at: expireAt,
  ...info,
  ...data,
  override: nullable(subscribeOverrideSchema),
  server_tags_filter: refused,
};
const publishing = { ...data, tags, idempotency_key: key, delta, ...version };

/** Messages `…Result` of internal/proxyproto/proxy.proto of Centrifugo 6.9, which a test compares. */
export const RESULTS = {
  connect: z.object({
    user: nullable(z.string().max(USER_LENGTH)),
    expire_at: expireAt,
    ...info,
    ...data,
    channels: nullable(z.array(z.string()).max(CHANNELS)),
    subs: nullable(z.record(z.string(), z.object({ ...subscribing, cache_recover: flag }))),
    meta,
    caps: ignored,
    labels: ignored,
  }),
  refresh: z.object({ expired: flag, expire_at: expireAt, ...info, meta, caps: ignored }),
  subscribe: z.object({ ...subscribing, allow: ignored }),
  sub_refresh: z.object({ expired: flag, expire_at: expireAt, ...info }),
  publish: z.object({ ...publishing, skip_history: flag }),
  map_publish: z.object({
    ...publishing,
    key,
    key_mode: nullable(z.enum(['', 'if_new', 'if_exists'])),
    score: nullable(z.literal(0)),
    stream_data: refused,
    b64stream_data: refused,
  }),
  map_remove: z.object({ key, tags, idempotency_key: key }),
  rpc: z.object(data),
} as const satisfies Record<BackendEvent, z.ZodType>;

export type Result<E extends BackendEvent> = z.output<(typeof RESULTS)[E]>;

/** Members of a result that are passed on unchanged. */
const RAW_MEMBERS = ['info', 'data', 'meta'];

/** One of the three; messages `…Response`. Codes are the backend's own, except those a socket cannot close with. */
const ENVELOPE = z.object({
  result: z.unknown().optional(),
  error: nullable(
    z.object({ code: z.int().min(1).max(4_294_967_295), message: z.string().max(255).default(''), temporary: flag }),
  ),
  disconnect: nullable(
    z.object({
      code: z.int().min(3_000).max(4_999),
      reason: z
        .string()
        .refine((text) => new TextEncoder().encode(text).length <= CLOSE_REASON_BYTES)
        .default(''),
    }),
  ),
});

/** Throws the response's error or disconnect, or a `ZodError` if it is invalid. */
export function readAnswer<E extends BackendEvent>(event: E, { value, text }: BackendAnswer): Result<E> {
  const { error, disconnect, result } = ENVELOPE.parse(value);
  if (disconnect)
    throw new DisconnectError(reconnects(disconnect.code) ? 'forceReconnect' : 'forceDisconnect', disconnect);
  if (error) {
    const { code, message, temporary } = error;
    throw new ClientError('permissionDenied', { code, message, temporary: temporary === true });
  }
  // Centrifugo accepts an empty response; here nothing is granted without a result.
  if ((result === undefined || result === null) && event !== 'rpc') throw new ClientError('permissionDenied');
  const raw = withRaw(result ?? {}, text, RAW_MEMBERS, ['result']);
  return RESULTS[event].parse(withRawSubs(raw, text)) as Result<E>;
}

/** The options of each channel of `subs` pass on JSON, too. */
function withRawSubs(result: unknown, text: string): unknown {
  const subs = (result as { readonly subs?: unknown } | null)?.subs;
  if (typeof subs !== 'object' || subs === null || Array.isArray(subs)) return result;
  const texts = rawMembers(rawMember(text, 'result', 'subs') ?? '{}');
  const each = Object.entries(subs).map(([name, options]) => [
    name,
    withRaw(options, texts.get(name) ?? '{}', RAW_MEMBERS),
  ]);
  return { ...(result as object), subs: Object.fromEntries(each) };
}

export function endOf({ expire_at: end }: { readonly expire_at?: number | null | undefined }): {
  readonly expiresAt?: number;
} {
  return !end ? {} : { expiresAt: end * 1_000 };
}

type Info = { readonly info?: JsonText | null | undefined; readonly b64info?: string | null | undefined };
type Data = { readonly data?: JsonText | null | undefined; readonly b64data?: string | null | undefined };

/** Throws a `ZodError`-like `Error` for bytes that are not JSON: others get it as JSON. */
export function infoOf({ info: shown, b64info }: Info): { readonly info?: string } {
  if (b64info) {
    const text = jsonTextOf(fromBase64(b64info) ?? new Uint8Array());
    if (text === undefined) throw new Error('b64info must be JSON');
    return { info: text };
  }
  return !shown || shown.text === 'null' ? {} : { info: shown.text };
}

/** Undefined if absent. */
export function dataOf({ data: json, b64data }: Data): string | undefined {
  if (json) return json.text;
  return b64data ? jsonOfBytes(fromBase64(b64data) ?? new Uint8Array()) : undefined;
}

/** The options of a subscription. */
export function givenOf(result: Result<'subscribe'>): ServerSubscription {
  const said = dataOf(result);
  return {
    ...endOf(result),
    ...infoOf(result),
    ...(said !== undefined && { data: said }),
    ...(result.override && { override: subscribeOverrideOf(result.override) }),
  };
}

/** The client's publication as the backend wants it published. */
export type Permitted = {
  readonly data: string;
  /** In a map: the entry's key, if it differs. */
  readonly key?: string;
  readonly options?: Pick<PublishOptions, 'key' | 'version' | 'tags' | 'fleeting' | 'onlyIf'>;
};

export function permittedOf(result: Partial<Result<'publish'> & Result<'map_publish'>>, data: string): Permitted {
  const { tags: named, idempotency_key, skip_history, version: number, version_epoch, key_mode, key: entry } = result;
  const options = {
    ...(named && { tags: named }),
    ...(idempotency_key && { key: idempotency_key }),
    ...(skip_history === true && { fleeting: true }),
    ...(number && { version: { number, epoch: version_epoch ?? '' } }),
    ...(key_mode && { onlyIf: key_mode === 'if_new' ? ('ifNew' as const) : ('ifExists' as const) }),
  };
  return {
    data: dataOf(result) ?? data,
    ...(entry && { key: entry }),
    ...(Object.keys(options).length > 0 && { options }),
  };
}
