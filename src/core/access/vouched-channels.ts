import type { ServerSubscription } from '../bus/node-messages.ts';
import type { Permissions } from './permissions.ts';
import type { SignedIn } from './tokens.ts';

/** The channels into which whoever vouches for a client puts it, and what is said of each. */
export function vouchedChannels(
  { channels = [], subs }: SignedIn,
  permissions: Permissions,
): ReadonlyMap<string, ServerSubscription | undefined> {
  const all = new Map<string, ServerSubscription | undefined>([
    ...channels.map((name) => [name, undefined] as const),
    ...(subs ?? []),
  ]);
  for (const channel of all.keys()) if (!permissions.takesTokens(channel)) all.delete(channel);
  return all;
}

/** Whether a later token puts the client into other channels than the one before. `isIn`: whether it is in a channel. */
export function areOther(
  before: Iterable<string>,
  now: ReadonlyMap<string, unknown>,
  isIn: (channel: string) => boolean,
): boolean {
  return [...now.keys()].some((channel) => !isIn(channel)) || [...before].some((name) => !now.has(name) && isIn(name));
}
