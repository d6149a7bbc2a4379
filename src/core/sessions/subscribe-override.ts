import { z } from 'zod';

/**
 * What a grant changes for one subscription of the namespace's options; what is absent stays as the namespace has it.
 * Of Centrifugo: `SubscribeOptionOverride` in internal/apiproto/api.proto and internal/proxyproto/proxy.proto.
 */
export type SubscribeOverride = {
  /** Whether the client is shown as present. */
  readonly presence?: boolean;
  /** Whether others are told that it joins and leaves. */
  readonly joinLeave?: boolean;
  /** Whether it recovers although it did not ask for that. */
  readonly forceRecovery?: boolean;
  /** Whether its position is kept although it did not ask for that. */
  readonly forcePositioning?: boolean;
  /** Whether it is told who joins and leaves although it did not ask for that. */
  readonly forcePushJoinLeave?: boolean;
};

const boolValue = z.object({ value: z.boolean().default(false) }).nullish();

/** As requests, answers and tokens write it: each option is an object with `value`, so that false differs from absent. */
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
