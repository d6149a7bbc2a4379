/** A person's role in the whole installation, from most to least powerful. */
export const ROLES = ['owner', 'admin', 'member', 'guest'] as const;
export type Role = (typeof ROLES)[number];
