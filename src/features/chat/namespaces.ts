import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import type { NamespaceDefinition } from '../../core/operations/feature.ts';

/** See events.ts for the data of each. Members may subscribe (`roomPolicy`); only chat's operations publish (PE4). */
export const CHAT_NAMESPACES: Readonly<Record<string, NamespaceDefinition>> = {
  room: { options: { ...CLOSED_NAMESPACE, history: 'durable', subscribe: 'feature' } },
  live: { options: { ...CLOSED_NAMESPACE, subscribe: 'feature' } },
};
