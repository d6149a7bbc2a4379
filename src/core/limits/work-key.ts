import type { Principal } from '../access/principal.ts';
import { isThisMachine, networkOf } from './attempt-limits.ts';

type Who = { readonly principal: Principal; readonly address: string; readonly client?: string };

/**
 * Whose share of the node's time a piece of work is taken from: a user's, or that of the network from which nobody in
 * particular comes. On this machine a network says nothing, as it may be a proxy's; there each connection or request has its own.
 */
export function workKeyOf({ principal, address, client }: Who): string {
  if (principal.kind === 'app' && principal.user !== '') return `app/${principal.app}/${principal.user}`;
  if (principal.kind === 'user' || principal.kind === 'external') return `${principal.kind}/${principal.user}`;
  return isThisMachine(address) ? `client/${client ?? crypto.randomUUID()}` : `network/${networkOf(address)}`;
}
