import type { Namespace } from '../channels/namespace.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { SubscribeOverride } from './subscribe-override.ts';

/** How one subscription differs from none: what others see of it, and what it is told besides publications. */
export type Manner = {
  /** Whether it is told who joins and leaves. */
  readonly hearsJoinLeave: boolean;
  /** Whether it recovers what it misses. */
  readonly recovers: boolean;
  /** Whether it is told its position. Whoever recovers always is. */
  readonly isPositioned: boolean;
};

type Wishes = Pick<SubscribeOptions, 'joinLeave' | 'recoverable' | 'positioned'>;

/**
 * Of a subscription that a client asks for: what it wishes or what is forced on it, as Centrifugo decides
 * (`OnSubscribe` in internal/client/handler.go). A wish that says nothing about recovery is of a protocol whose clients
 * always recover.
 */
export function mannerOf(namespace: Namespace, wishes: Wishes, override: SubscribeOverride = {}): Manner {
  const { forceJoinLeave, forceRecovery, forcePositioning } = namespace;
  const recovers = (wishes.recoverable ?? true) || (override.forceRecovery ?? forceRecovery);
  return {
    hearsJoinLeave:
      (wishes.joinLeave === true && namespace.joinLeave) || (override.forcePushJoinLeave ?? forceJoinLeave),
    recovers,
    isPositioned: recovers || wishes.positioned === true || (override.forcePositioning ?? forcePositioning),
  };
}

/**
 * Of one that the server makes: clients wish for nothing there. Those that have no word for such a wish hear of joins and
 * leaves wherever there are any; others where it is forced, as in Centrifugo (`PushJoinLeave` of internal/client/handler.go).
 */
export function serverMannerOf(
  namespace: Namespace,
  { asksForJoinLeave }: Pick<Protocol, 'asksForJoinLeave'>,
  override: SubscribeOverride = {},
): Manner {
  const { joinLeave, forceJoinLeave } = namespace;
  const hearsUnasked = joinLeave && asksForJoinLeave !== true;
  return {
    ...mannerOf(namespace, { recoverable: false }, override),
    hearsJoinLeave: override.forcePushJoinLeave ?? (hearsUnasked || forceJoinLeave),
  };
}

/** Whether there are subscriptions that hear of joins and leaves with this override. */
export function mayHearJoinLeave({ joinLeave, forceJoinLeave }: Namespace, override: SubscribeOverride = {}): boolean {
  return joinLeave || forceJoinLeave || override.forcePushJoinLeave === true;
}

/** What others see of it. */
export type Shown = {
  readonly presence: boolean;
  /** In the maps that show who is there, where the namespace names some. */
  readonly inMaps: boolean;
  readonly joinLeave: boolean;
};

export function shownOf(namespace: Namespace, override: SubscribeOverride = {}): Shown {
  return {
    presence: override.presence ?? namespace.presence,
    inMaps: override.presence ?? true,
    joinLeave: override.joinLeave ?? namespace.joinLeave,
  };
}
