import type { Role } from '../../contracts/roles.ts';

/** Who is asking. One object serves all of a person's connections from one device. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user';
      readonly user: string;
      readonly role: Role;
      /** The sign-in this request or connection belongs to; signing it out ends the connection. */
      readonly device: string;
    }
  /** Someone whom a developer's own backend vouches for by a token; not a person of this installation. */
  | { readonly kind: 'external'; readonly user: string }
  /** A client of one of the operator's apps, whose key it has; not more than that until its backend vouches for it. */
  | AppPrincipal;

export type AppPrincipal = {
  readonly kind: 'app';
  /** The app's id. */
  readonly app: string;
  /** The connection's id, as the app's protocol writes it. */
  readonly client: string;
  /** Whom the app's backend has signed in on this connection; '' while nobody is. */
  readonly user: string;
};

export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** A signed-in person. */
export type UserPrincipal = Extract<Principal, { kind: 'user' }>;

/** The user's id, or '' for an anonymous one, as protocols write it. */
export function userOf(principal: Principal): string {
  return principal.kind === 'anonymous' ? '' : principal.user;
}
