import type { accountsContract } from '../../contracts/accounts/contract.ts';
import { PEOPLE_CHANNEL, type PeopleEvent } from '../../contracts/accounts/events.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers, UserContext } from '../../core/operations/operation.ts';
import { ConstraintError } from '../../ports/sql.ts';
import type { Parts } from './parts.ts';
import { checkName } from './people.ts';
import { meOf } from './sign-in.ts';
import { PEOPLE_PAGE, profileOf, searchName, type User, type UserChanges } from './user-store.ts';

type ProfileHandlers = Pick<
  Handlers<typeof accountsContract>,
  'me' | 'updateProfile' | 'removeAvatar' | 'profiles' | 'findPeople'
>;

/** Operations on profiles, and the search for people. */
export function profileHandlers(parts: Parts): ProfileHandlers {
  const { users, cookie } = parts;
  return {
    me: async ({ principal, http }) => {
      const token = http === undefined ? undefined : cookie.read(http.headers);
      // Each use extends the session, so the cookie must be extended too.
      if (http !== undefined && token !== undefined) {
        http.responseHeaders.append('set-cookie', cookie.set(token, http.headers));
      }
      return meOf(await personOf(parts, principal.user), principal.device);
    },

    updateProfile: async ({ principal }, { displayName, email, addedBy }) => {
      const person = await personOf(parts, principal.user);
      const isRenamed = displayName !== undefined && displayName !== person.display_name;
      if (isRenamed) await checkName(parts, { name: displayName, user: person.id });
      const changed = await changePerson(parts, person, {
        ...(isRenamed && nameChanges(person, displayName)),
        ...(email !== undefined && { email }),
        ...(addedBy !== undefined && { added_by: addedBy }),
      });
      return meOf(changed, principal.device);
    },

    removeAvatar: async ({ principal }) => {
      return meOf(await changeAvatar(parts, principal.user, null), principal.device);
    },

    profiles: async (_context, { users: ids }) => ({ profiles: (await users.byIds(ids)).map(profileOf) }),

    findPeople: async (context, { text, after }) => {
      const found = await users.search({ text: searchName(text), after, withDisabled: mayManage(context) });
      const page = found.slice(0, PEOPLE_PAGE);
      const next = found.length > PEOPLE_PAGE ? (page.at(-1)?.id ?? null) : null;
      return { profiles: page.map(profileOf), next };
    },
  };
}

/** The person of a principal. Throws `unauthorized` if they no longer exist. */
export async function personOf({ users }: Parts, id: string): Promise<User> {
  const user = await users.byId(id);
  if (user === undefined) throw new ClientError('unauthorized');
  return user;
}

/**
 * Changes the person and notifies everyone. Throws `conflict` if the email is taken or the person changed meanwhile.
 */
export async function changePerson(parts: Parts, person: User, changes: UserChanges): Promise<User> {
  if (Object.keys(changes).length === 0) return person;
  try {
    if (!(await parts.users.update(person, changes))) throw new ClientError('conflict');
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new ClientError('conflict', { field: 'email', message: 'this email is taken' });
  }
  const changed = await personOf(parts, person.id);
  await publishProfile(parts, changed);
  return changed;
}

/** Replaces or removes the person's picture, and deletes the old file. */
export function changeAvatar(parts: Parts, user: string, avatar: string | null): Promise<User> {
  return parts.host.avatars.replace(async () => {
    const person = await personOf(parts, user);
    const changed = await changePerson(parts, person, { avatar });
    if (person.avatar !== null && person.avatar !== avatar) await parts.host.avatars.remove(person.avatar);
    return changed;
  });
}

/** Notifies all connections. The change is committed; clients that miss this see it at their next request. */
export async function publishProfile({ host }: Parts, user: User): Promise<void> {
  const event: PeopleEvent = { type: 'profile', profile: profileOf(user) };
  try {
    await host.channels.publish(PEOPLE_CHANNEL, JSON.stringify(event));
  } catch (error) {
    host.telemetry.record('warn', 'profile.not_published', { user: user.id, error: String(error) });
  }
}

function nameChanges({ handle }: User, displayName: string): UserChanges {
  return { display_name: displayName, search_name: searchName(`${displayName} ${handle}`) };
}

function mayManage({ principal }: UserContext): boolean {
  return principal.role === 'owner' || principal.role === 'admin';
}
