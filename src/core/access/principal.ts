import type { Role } from '../../contracts/roles.ts';

/** The identity of a caller. One object serves all of a person's connections from one device. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user';
      readonly user: string;
      readonly role: Role;
      /** The session of this request or connection; signing it out closes the connection. */
      readonly device: string;
    }
  /** A user vouched for by a developer's own backend with a token; not a person of this installation. */
  | { readonly kind: 'external'; readonly user: string }
  /** A client of one of the operator's apps; it only has the key until its backend signs it in. */
  | AppPrincipal;

export type AppPrincipal = {
  readonly kind: 'app';
  /** The app's id. */
  readonly app: string;
  /** The connection's id, in the format of the app's protocol. */
  readonly client: string;
  /** The user signed in on this connection by the app's backend, or ''. */
  readonly user: string;
};

export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** A signed-in person. */
export type UserPrincipal = Extract<Principal, { kind: 'user' }>;

/** The user's id, or '' for an anonymous one, as in protocols. */
export function userOf(principal: Principal): string {
  return principal.kind === 'anonymous' ? '' : principal.user;
}
