import { userChannel } from '../../contracts/accounts/events.ts';
import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import type { NamespaceDefinition } from '../../core/operations/feature.ts';

const RECENT = { history: 'memory', historySize: 100, historyTtlMs: 300_000 } as const;

/** See events.ts for the data of each. Only the server publishes in them. */
export const ACCOUNTS_NAMESPACES: Readonly<Record<string, NamespaceDefinition>> = {
  user: {
    options: { ...CLOSED_NAMESPACE, ...RECENT, subscribe: 'feature', readHistory: 'feature' },
    policy: async (principal, _action, channel) => principal.kind === 'user' && channel === userChannel(principal.user),
  },
  people: { options: { ...CLOSED_NAMESPACE, ...RECENT, subscribe: 'users', readHistory: 'users' } },
  online: { options: { ...CLOSED_NAMESPACE, subscribe: 'users' } },
};
