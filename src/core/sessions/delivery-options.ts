import type { Namespace } from '../channels/namespace.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { SubscribeOverride } from './subscribe-override.ts';

/** What one subscription receives besides publications, and whether it recovers them. */
export type DeliveryOptions = {
  /** Whether it receives joins and leaves. */
  readonly receivesJoinLeave: boolean;
  /** Whether it recovers what it misses. */
  readonly recovers: boolean;
  /** Whether the client learns its position. Always true where it recovers. */
  readonly isPositioned: boolean;
};

type Requested = Pick<SubscribeOptions, 'joinLeave' | 'recoverable' | 'positioned'>;

/**
 * Options of a subscription that a client asks for: what it requests, or what the namespace or override forces, as in
 * Centrifugo (`OnSubscribe` in internal/client/handler.go). A request without `recoverable` comes from a protocol whose
 * clients always recover.
 */
export function deliveryOptionsOf(
  namespace: Namespace,
  requested: Requested,
  override: SubscribeOverride = {},
): DeliveryOptions {
  const { forceJoinLeave, forceRecovery, forcePositioning } = namespace;
  const recovers = (requested.recoverable ?? true) || (override.forceRecovery ?? forceRecovery);
  return {
    receivesJoinLeave:
      (requested.joinLeave === true && namespace.joinLeave) || (override.forcePushJoinLeave ?? forceJoinLeave),
    recovers,
    isPositioned: recovers || requested.positioned === true || (override.forcePositioning ?? forcePositioning),
  };
}

/**
 * Options of a subscription that the server makes: there is no request of the client. Clients of protocols that cannot
 * ask for joins and leaves receive them wherever the namespace has them; other clients only where they are forced, as in
 * Centrifugo (`PushJoinLeave` of internal/client/handler.go).
 */
export function serverDeliveryOptionsOf(
  namespace: Namespace,
  { requestsJoinLeave }: Pick<Protocol, 'requestsJoinLeave'>,
  override: SubscribeOverride = {},
): DeliveryOptions {
  const { joinLeave, forceJoinLeave } = namespace;
  const hearsUnasked = joinLeave && requestsJoinLeave !== true;
  return {
    ...deliveryOptionsOf(namespace, { recoverable: false }, override),
    receivesJoinLeave: override.forcePushJoinLeave ?? (hearsUnasked || forceJoinLeave),
  };
}

/** Whether a subscription with this override may receive joins and leaves. */
export function mayReceiveJoinLeave(
  { joinLeave, forceJoinLeave }: Namespace,
  override: SubscribeOverride = {},
): boolean {
  return joinLeave || forceJoinLeave || override.forcePushJoinLeave === true;
}

/** What others see of a subscription. */
export type Visibility = {
  readonly presence: boolean;
  /** As an entry of the presence maps, where the namespace names some. */
  readonly inMaps: boolean;
  readonly joinLeave: boolean;
};

export function visibilityOf(namespace: Namespace, override: SubscribeOverride = {}): Visibility {
  return {
    presence: override.presence ?? namespace.presence,
    inMaps: override.presence ?? true,
    joinLeave: override.joinLeave ?? namespace.joinLeave,
  };
}
