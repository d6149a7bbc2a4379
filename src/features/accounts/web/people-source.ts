import type { Client } from '../../../../client/client.ts';
import type { Profile } from '../../../contracts/accounts/contract.ts';
import type { PeopleSource, Person } from '../../../ui/app-context.tsx';
import { pictureAddress } from '../../../ui/avatar.tsx';
import { plainName } from '../../../ui/direction.ts';
import { gather } from './gather.ts';
import { createWhereabouts } from './whereabouts.ts';

/** The people of this installation that this page has loaded. */
export function createPeopleSource(client: Client): PeopleSource & { put(profile: Profile): void } {
  const people = new Map<string, Person>();
  const listeners = new Set<() => void>();
  let version = 0;
  const changed = () => {
    version += 1;
    for (const listener of [...listeners]) listener();
  };
  const learn = (profiles: readonly Profile[]) => {
    const fresh = profiles.map(toPerson).filter((person) => !isSame(people.get(person.id), person));
    for (const person of fresh) people.set(person.id, person);
    if (fresh.length > 0) changed();
  };
  const fetchPeople = gather(
    async (users) => {
      const { profiles } = await client.call('accounts.profiles', { users });
      learn(profiles);
      return profiles.map(({ id }) => id);
    },
    (users) => {
      if (listeners.size > 0) for (const user of users) fetchPeople(user);
    },
  );
  client.onPublication('people:', ({ data }) => learn([data.profile]));
  client.onSubscribed('people:', ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) for (const id of people.keys()) fetchPeople(id);
  });
  return {
    ...createWhereabouts(client),
    put: (profile) => learn([profile]),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    person: (id) => people.get(id),
    want: (id) => {
      if (id !== '' && !people.has(id)) fetchPeople(id);
    },
    find: async (text) => {
      const { profiles } = await client.call('accounts.findPeople', { text });
      learn(profiles);
      return profiles.map(({ id }) => people.get(id) as Person);
    },
  };
}

function toPerson({ id, handle, displayName, avatar, disabled }: Profile): Person {
  return { id, handle, displayName: plainName(displayName), picture: pictureAddress(avatar), disabled };
}

function isSame(known: Person | undefined, person: Person): boolean {
  return known !== undefined && (Object.keys(person) as (keyof Person)[]).every((key) => known[key] === person[key]);
}
