import { z } from 'zod';
import type { ServerSubscription } from '../bus/node-messages.ts';
import { DisconnectError } from '../disconnects.ts';
import {
  type SubscribeOverride,
  subscribeOverrideOf,
  subscribeOverrideSchema,
} from '../sessions/subscribe-override.ts';
import { fromBase64 } from '../text/base64.ts';
import { jsonOfBytes } from '../text/binary-data.ts';
import { isDeeper } from '../text/json-depth.ts';
import { jsonOf } from '../text/raw-json.ts';

/** Of Centrifugo: `SubscribeOptions` in internal/jwtverify/token_verifier_jwt.go. `null` counts as absent. */
const optionsSchema = z.object({
  info: z.unknown().optional(),
  b64info: z.string().nullish(),
  data: z.unknown().optional(),
  b64data: z.string().nullish(),
  override: subscribeOverrideSchema.nullish(),
});

/** Limited like publications, for the same reason: it is sent to others. */
const DEPTH_LIMIT = 200;

/** A token's claims about one subscription. */
export type SubscribeClaims = Pick<ServerSubscription, 'info' | 'data' | 'override'>;

/** Throws `DisconnectError('invalidToken')`. */
export function subscribeClaimsOf(claims: unknown): SubscribeClaims {
  const parsed = optionsSchema.safeParse(claims);
  if (!parsed.success) throw new DisconnectError('invalidToken');
  const { info, b64info, data, b64data, override } = parsed.data;
  const [shown, told] = [claimedJson(info, b64info), claimedJson(data, b64data)];
  return {
    ...(shown !== undefined && { info: shown }),
    ...(told !== undefined && { data: told }),
    ...overrideIn(override),
  };
}

/** The claim `subs`: channels with their claims. Throws like `subscribeClaimsOf`. */
export function subsOf(claim: unknown): ReadonlyMap<string, SubscribeClaims> {
  if (claim === undefined || claim === null) return new Map();
  if (typeof claim !== 'object' || Array.isArray(claim)) throw new DisconnectError('invalidToken');
  return new Map(Object.entries(claim).map(([channel, options]) => [channel, subscribeClaimsOf(options ?? {})]));
}

function overrideIn(override: z.output<typeof subscribeOverrideSchema> | null | undefined): {
  readonly override?: SubscribeOverride;
} {
  if (override === null || override === undefined) return {};
  const changes = subscribeOverrideOf(override);
  return Object.keys(changes).length === 0 ? {} : { override: changes };
}

/** JSON text of a value, or of the bytes given instead. Throws like `subscribeClaimsOf`. */
export function claimedJson(value: unknown, b64: string | null | undefined): string | undefined {
  if (typeof b64 === 'string' && b64 !== '') {
    const bytes = fromBase64(b64);
    if (bytes === undefined) throw new DisconnectError('invalidToken');
    return jsonOfBytes(bytes);
  }
  const text = value === undefined ? 'null' : jsonOf(value);
  if (isDeeper(text, DEPTH_LIMIT)) throw new DisconnectError('invalidToken');
  return text === 'null' ? undefined : text;
}
