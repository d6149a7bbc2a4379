import type { Person } from '../../core/feature.ts';
import type { Parts } from './parts.ts';
import { createGroup } from './rooms.ts';

const CREATION_KEY = 'default';
/** What it is called at first; its owner may rename it. */
const TITLE = 'General';

/** The group that everyone is in from the start: the installation's owner gets it, who registers later joins it. */
export async function enterDefaultRoom(parts: Parts, { id, role }: Person): Promise<void> {
  if (role === 'guest') return;
  const known = await parts.rooms.byCreationKey(CREATION_KEY);
  if (known !== undefined) return join(parts, known, id);
  if (role === 'owner') await createGroup(parts, { title: TITLE, users: [id], creationKey: CREATION_KEY });
}

async function join({ members }: Parts, room: string, user: string): Promise<void> {
  await members.change(room, [user], ({ roles, memberCount }) => {
    // A group that its last member has left has no owner any more, and stays empty.
    if (roles.has(user) || memberCount === 0) return undefined;
    return { event: { type: 'joined', by: user, users: [user] } };
  });
}
