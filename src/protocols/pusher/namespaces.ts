import type { Namespace } from '../../core/channels/namespace.ts';
import type { ChannelPolicy, NamespaceDefinition } from '../../core/operations/feature.ts';
import { type ChannelKind, kindOf, nameOf } from './channel-name.ts';

/** How long the last event of a cache channel is kept, where the namespace keeps no history of its own. */
const CACHE_TTL_MS = 30 * 60_000;

/**
 * No audience opens a channel that takes a signature; tokens of the backend do. Nor does its name: that of a user's own has
 * the boundary of `userChannels` in it.
 */
const SIGNED = {
  subscribe: 'nobody',
  publish: 'nobody',
  readHistory: 'nobody',
  readPresence: 'nobody',
  userChannels: false,
} as const;

/** A namespace as apps use it: its channels are of the kind that their names say. */
export function definitionOf(options: Namespace, policy: ChannelPolicy): NamespaceDefinition {
  const variants = new Map<ChannelKind, Namespace>();
  const optionsOf = (channel: string): Namespace => {
    const kind = kindOf(nameOf(channel));
    const known = variants.get(kind);
    if (known !== undefined) return known;
    const variant = variantOf(options, kind);
    variants.set(kind, variant);
    return variant;
  };
  return { options, optionsOf, policy };
}

function variantOf(options: Namespace, { access, isCache }: ChannelKind): Namespace {
  const isRemembering = isCache && options.history === 'none';
  return {
    ...options,
    ...(access !== 'public' && SIGNED),
    ...(access === 'presence' && { presence: true, joinLeave: true }),
    ...(isRemembering && { history: 'memory', historySize: 1, historyTtlMs: CACHE_TTL_MS }),
  };
}
