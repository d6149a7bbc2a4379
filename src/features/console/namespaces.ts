import { METRICS_CHANNEL } from '../../contracts/console/events.ts';
import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import type { ChannelPolicy, NamespaceDefinition } from '../../core/operations/feature.ts';

const ownersOnly: ChannelPolicy = (principal, action, channel) =>
  principal.kind === 'user' && principal.role === 'owner' && action === 'subscribe' && channel === METRICS_CHANNEL;

/** See events.ts for its data. */
export const CONSOLE_NAMESPACES: Readonly<Record<string, NamespaceDefinition>> = {
  console: { options: { ...CLOSED_NAMESPACE, subscribe: 'feature' }, policy: ownersOnly },
};
