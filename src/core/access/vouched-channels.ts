import type { ServerSubscription } from '../bus/node-messages.ts';
import type { Permissions } from './permissions.ts';
import type { SignedIn } from './tokens.ts';

/** The channels in a token or the backend's response to connect, with the options of each. */
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

/** Whether a later token has other channels than the one before. `isIn`: whether it is in a channel. */
export function areOther(
  before: Iterable<string>,
  now: ReadonlyMap<string, unknown>,
  isIn: (channel: string) => boolean,
): boolean {
  return [...now.keys()].some((channel) => !isIn(channel)) || [...before].some((name) => !now.has(name) && isIn(name));
}
