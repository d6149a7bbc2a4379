/** What a person may do in the whole installation, from most to least. */
export const ROLES = ['owner', 'admin', 'member', 'guest'] as const;
export type Role = (typeof ROLES)[number];

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
  | { readonly kind: 'external'; readonly user: string };

export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** A signed-in person. */
export type UserPrincipal = Extract<Principal, { kind: 'user' }>;

/** The user's id, or '' for an anonymous one, as protocols write it. */
export function userOf(principal: Principal): string {
  return principal.kind === 'anonymous' ? '' : principal.user;
}
