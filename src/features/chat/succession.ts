import type { UserPrincipal } from '../../core/access/principal.ts';
import type { Parts } from './parts.ts';

const BATCH_SIZE = 500;

/**
 * A group whose owner is disabled would have no owner. Meanwhile its admins may appoint another one; without admins the
 * longest-standing member may; and so may installation admins who are members. All must be active. Returns the group's
 * owner if this person may replace them, undefined if not.
 */
export async function orphanedFrom(
  parts: Parts,
  { user, role }: UserPrincipal,
  room: string,
): Promise<string | undefined> {
  const managers = await parts.rooms.managers(room);
  const owner = managers.find((manager) => manager.role === 'owner')?.user;
  if (owner === undefined || owner === user) return undefined;
  const active = await activeOf(parts, [owner, ...managers.map((manager) => manager.user)]);
  if (active.has(owner)) return undefined;
  const runsInstallation = role === 'owner' || role === 'admin';
  const mayReplace =
    active.has(user) || runsInstallation || (active.size === 0 && (await eldest(parts, room)) === user);
  return mayReplace ? owner : undefined;
}

async function activeOf({ people }: Parts, users: readonly string[]): Promise<ReadonlySet<string>> {
  const active = new Set<string>();
  for (let from = 0; from < users.length; from += BATCH_SIZE) {
    for (const { id } of await people.byIds(users.slice(from, from + BATCH_SIZE))) active.add(id);
  }
  return active;
}

/** The longest-standing active member. */
async function eldest(parts: Parts, room: string): Promise<string | undefined> {
  let after: string | undefined;
  do {
    const page = await parts.rooms.members(room, after);
    const active = await activeOf(
      parts,
      page.members.map(({ user }) => user),
    );
    const found = page.members.find(({ user }) => active.has(user));
    if (found !== undefined) return found.user;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return undefined;
}
