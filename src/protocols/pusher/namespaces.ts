import type { Namespace } from '../../core/channels/namespace.ts';
import type { ChannelPolicy, NamespaceDefinition } from '../../core/operations/feature.ts';
import { type ChannelKind, kindOf, nameOf } from './channel-name.ts';

/** How long a cache channel's last event is kept if the namespace has no history. */
const CACHE_TTL_MS = 30 * 60_000;

/**
 * An audience cannot open a channel that requires a signature; tokens of the backend can. Nor can its name: a user's
 * own channel name contains the boundary of `userChannels`.
 */
const SIGNED = {
  subscribe: 'nobody',
  publish: 'nobody',
  readHistory: 'nobody',
  readPresence: 'nobody',
  userChannels: false,
} as const;

/** A namespace as apps use it: each channel's kind follows from its name. */
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
