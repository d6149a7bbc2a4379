import type { AppSettings } from '../../contracts/app-settings.ts';
import type { Publication } from '../../ports/log.ts';
import type { Session } from '../sessions/session.ts';
import type { AppPrincipal, Principal } from './principal.ts';

/** Listeners to apps and their channels. They must not throw. */
export interface AppHooks {
  /** A client has connected. */
  opened(session: Session, principal: AppPrincipal): void;
  /** Its backend has signed it in; `before` is the previous identity. */
  signedIn(session: Session, principal: AppPrincipal, before: AppPrincipal): void;
  /** It has disconnected, perhaps before it was fully connected. */
  closed(session: Session, principal: AppPrincipal): void;
  /** A channel in any namespace has this many subscribers now. */
  counted(channel: string, subscribers: number): void;
  /** A user joined a channel with presence, or left it with their last connection. */
  present(channel: string, user: string, isThere: boolean): void;
  /** A client of an app has published. */
  published(channel: string, publication: Pick<Publication, 'data' | 'info' | 'tags' | 'trace'>): void;
}

/** The current apps. Changes apply at once, to live connections too. */
export interface LiveApps {
  /** Those of the settings. */
  readonly configured: readonly AppSettings[];
  /** All of them. */
  list(): readonly AppSettings[];
  /** Adds an app, or changes its settings; never its key or namespace. */
  set(app: AppSettings): void;
  /** Closes its connections. */
  remove(id: string): void;
  connectionsOf(id: string): number;
}

/** The name under which orders for this user are sent; undefined if orders cannot address them. */
export function identityOf(principal: Principal): string | undefined {
  if (principal.kind === 'external') return `/${principal.user}`;
  return principal.kind === 'app' && principal.user !== '' ? `${principal.app}/${principal.user}` : undefined;
}
