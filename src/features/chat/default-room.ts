import type { Person } from '../../core/operations/feature.ts';
import type { Parts } from './parts.ts';
import { DEFAULT_ROOM_KEY } from './room-store.ts';
import { createGroup } from './rooms.ts';

/** Its initial title; the owner may change it. */
const TITLE = 'General';

/** The group everyone is in: the installation's owner owns it, later registrations join it. */
export async function enterDefaultRoom(parts: Parts, { id, role }: Person): Promise<void> {
  if (role === 'guest') return;
  const known = await parts.rooms.byCreationKey(DEFAULT_ROOM_KEY);
  if (known !== undefined) return join(parts, known, id);
  if (role === 'owner') await createGroup(parts, { title: TITLE, users: [id], creationKey: DEFAULT_ROOM_KEY });
}

async function join({ members, rooms }: Parts, room: string, user: string): Promise<void> {
  await members.change(room, [user], async ({ roles, memberCount }) => {
    // A group whose last member has left has no owner and stays empty.
    if (roles.has(user) || memberCount === 0) return undefined;
    // Called again for a person who has left meanwhile.
    if ((await rooms.departed(room, [user])).length > 0) return undefined;
    return { event: { type: 'joined', by: user, users: [user] } };
  });
}
