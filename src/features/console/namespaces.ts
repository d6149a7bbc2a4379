import type { ChannelPolicy, NamespaceDefinition } from '../../core/feature.ts';
import { CLOSED_NAMESPACE } from '../../core/namespace.ts';
import { METRICS_CHANNEL } from './events.ts';

const ownersOnly: ChannelPolicy = (principal, action, channel) =>
  principal.kind === 'user' && principal.role === 'owner' && action === 'subscribe' && channel === METRICS_CHANNEL;

/** See events.ts for what it carries. */
export const CONSOLE_NAMESPACES: Readonly<Record<string, NamespaceDefinition>> = {
  console: { options: { ...CLOSED_NAMESPACE, subscribe: 'feature' }, policy: ownersOnly },
};
