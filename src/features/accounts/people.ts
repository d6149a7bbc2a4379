import { ClientError } from '../../core/errors.ts';
import type { People, Person } from '../../core/feature.ts';
import type { Authentication } from './authentication.ts';
import type { User, UserStore } from './user-store.ts';

type From = { readonly users: UserStore; readonly authentication: Authentication };

const MAX_IDS = 500;

/** Active people, as the other features see them. */
export function createPeople({ users, authentication }: From): People {
  return {
    byHandle: async (handle) => {
      const user = await users.byHandle(handle.trim().toLowerCase());
      return user === undefined || user.disabled === 1 ? null : personOf(user);
    },
    byIds: async (ids) => {
      if (ids.length > MAX_IDS) throw new RangeError(`at most ${MAX_IDS} ids`);
      return (await users.byIds(ids)).filter(({ disabled }) => disabled === 0).map(personOf);
    },
    confirm: async (principal) => {
      if (!(await authentication.isGood(principal))) throw new ClientError('unauthorized');
    },
  };
}

export function personOf({ id, handle, display_name: displayName, role }: User): Person {
  return { id, handle, displayName, role };
}
