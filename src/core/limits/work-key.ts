import type { Principal } from '../access/principal.ts';
import { isThisMachine, networkOf } from './attempt-limits.ts';

type WorkOwner = { readonly principal: Principal; readonly address: string; readonly client?: string };

/**
 * The key a piece of work is charged to: the user, or the network of an anonymous client. On this machine the network
 * may be a proxy's; there each connection or request has its own key.
 */
export function workKeyOf({ principal, address, client }: WorkOwner): string {
  if (principal.kind === 'app' && principal.user !== '') return `app/${principal.app}/${principal.user}`;
  if (principal.kind === 'user' || principal.kind === 'external') return `${principal.kind}/${principal.user}`;
  return isThisMachine(address) ? `client/${client ?? crypto.randomUUID()}` : `network/${networkOf(address)}`;
}
