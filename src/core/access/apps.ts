import type { AppSettings } from '../../contracts/app-settings.ts';
import type { Publication } from '../../ports/log.ts';
import type { Session } from '../sessions/session.ts';
import type { AppPrincipal, Principal } from './principal.ts';

/** What those are told who look after apps and their channels. None of it may throw. */
export interface AppHooks {
  /** A client has come. */
  opened(session: Session, principal: AppPrincipal): void;
  /** Its backend has said who it is; `before` is who it was. */
  signedIn(session: Session, principal: AppPrincipal, before: AppPrincipal): void;
  /** It has gone; also one that had not quite come. */
  closed(session: Session, principal: AppPrincipal): void;
  /** A channel of whichever namespace has so many subscribers now. */
  counted(channel: string, subscribers: number): void;
  /** A user has come to a channel with presence, or left it with the last connection. */
  present(channel: string, user: string, isThere: boolean): void;
  /** A client of an app has published. */
  published(channel: string, publication: Pick<Publication, 'data' | 'info' | 'tags' | 'trace'>): void;
}

/** The apps that are served at the moment. What is changed here holds at once, on live connections too. */
export interface LiveApps {
  /** Those of the settings. */
  readonly configured: readonly AppSettings[];
  /** All of them. */
  list(): readonly AppSettings[];
  /** A new app, or a known one with other settings; never with another key or namespace. */
  set(app: AppSettings): void;
  /** Ends its connections. */
  remove(id: string): void;
  connectionsOf(id: string): number;
}

/** Under which name orders for whoever this is are sent; undefined for those to whom none are. */
export function identityOf(principal: Principal): string | undefined {
  if (principal.kind === 'external') return `/${principal.user}`;
  return principal.kind === 'app' && principal.user !== '' ? `${principal.app}/${principal.user}` : undefined;
}
