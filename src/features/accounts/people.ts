import { ClientError } from '../../core/errors.ts';
import type { People, Person } from '../../core/operations/feature.ts';
import { isSameName, looksOf } from '../../core/text/look-alikes.ts';
import type { Authentication } from './authentication.ts';
import type { User, UserStore } from './user-store.ts';

type PeopleSources = { readonly users: UserStore; readonly authentication: Authentication };

const MAX_IDS = 500;

/** Active people, for other features. */
export function createPeople({ users, authentication }: PeopleSources): People {
  return {
    byHandle: async (handle) => {
      const user = await users.byHandle(handle.trim().toLowerCase());
      return user === undefined || user.disabled === 1 ? null : personOf(user);
    },
    byIds: async (ids) => {
      if (ids.length > MAX_IDS) throw new RangeError(`at most ${MAX_IDS} ids`);
      return (await users.byIds(ids)).filter(({ disabled }) => disabled === 0).map(personOf);
    },
    imitates: (name) => imitates({ users }, { name, user: '' }),
    confirm: async (principal) => {
      if (!(await authentication.isGood(principal))) throw new ClientError('unauthorized');
    },
  };
}

export function personOf({ id, handle, display_name: displayName, role, added_by }: User): Person {
  return { id, handle, displayName, role, refusesStrangers: added_by === 'known' };
}

/** A name, and the person whose own handle it may resemble. */
type Named = { readonly name: string; readonly user: string };

/** Throws `invalidInput` if the name looks like another person's handle. */
export async function checkName(parts: Pick<PeopleSources, 'users'>, named: Named): Promise<void> {
  if (!(await imitates(parts, named))) return;
  const message = "looks like another person's handle";
  throw new ClientError('invalidInput', { field: 'displayName', message });
}

/** Two people may be called Ben; a Bеn with a Cyrillic letter, or a `ben.`, is an impersonation. */
async function imitates({ users }: Pick<PeopleSources, 'users'>, { name, user }: Named): Promise<boolean> {
  const alike = await users.handlesLooking(looksOf(name), user);
  return alike.some((handle) => !isSameName(name, handle));
}
