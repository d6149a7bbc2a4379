import { z } from 'zod';

/**
 * Options of the namespace that a grant overrides for one subscription; absent ones stay. Of Centrifugo:
 * `SubscribeOptionOverride` in internal/apiproto/api.proto and internal/proxyproto/proxy.proto.
 */
export type SubscribeOverride = {
  /** Whether the client is shown in presence. */
  readonly presence?: boolean;
  /** Whether its joins and leaves are sent. */
  readonly joinLeave?: boolean;
  /** Whether it recovers without requesting it. */
  readonly forceRecovery?: boolean;
  /** Whether its position is kept without requesting it. */
  readonly forcePositioning?: boolean;
  /** Whether it gets joins and leaves without requesting them. */
  readonly forcePushJoinLeave?: boolean;
};

const boolValue = z.object({ value: z.boolean().default(false) }).nullish();

/** As in requests, replies and tokens: each option is an object with `value`, so that false differs from absent. */
export const subscribeOverrideSchema = z.object({
  presence: boolValue,
  join_leave: boolValue,
  force_recovery: boolValue,
  force_positioning: boolValue,
  force_push_join_leave: boolValue,
});

export function subscribeOverrideOf(written: z.output<typeof subscribeOverrideSchema>): SubscribeOverride {
  const { presence, join_leave, force_recovery, force_positioning, force_push_join_leave } = written;
  return {
    ...(presence && { presence: presence.value }),
    ...(join_leave && { joinLeave: join_leave.value }),
    ...(force_recovery && { forceRecovery: force_recovery.value }),
    ...(force_positioning && { forcePositioning: force_positioning.value }),
    ...(force_push_join_leave && { forcePushJoinLeave: force_push_join_leave.value }),
  };
}
