import type { Client } from '../../../../client/client.ts';
import type { PeopleSource, Person, Whereabouts } from '../../../ui/app-context.tsx';
import { pictureAddress } from '../../../ui/avatar.tsx';
import type { Profile } from '../contract.ts';
import { onlineChannel } from '../events.ts';

/** People asked for in one go. */
const BATCH = 200;
/** Requests of one moment travel together. */
const GATHER_MS = 20;
const RETRY_MS = 3_000;

type Watch = { count: number; readonly stop: () => void };

/** The people of this installation, as far as this page has asked for them. */
export function createPeopleSource(client: Client): PeopleSource & { put(profile: Profile): void } {
  const people = new Map<string, Person>();
  const whereabouts = new Map<string, Whereabouts>();
  const watches = new Map<string, Watch>();
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
  const fetchPeople = gather(async (users) => {
    const { profiles } = await client.call('accounts.profiles', { users });
    learn(profiles);
    return profiles.map(({ id }) => id);
  }, changed);
  const askForWatched = (users: readonly string[]) => {
    for (const user of users) if (watches.has(user)) fetchPresence(user);
  };
  const fetchPresence = gather(async (users) => {
    const { presence } = await client.call('accounts.presence', { users });
    for (const { user, online, lastSeenAt } of presence) whereabouts.set(user, { online, lastSeenAt });
    changed();
    return users;
  }, askForWatched);
  client.onPublication('people:', ({ data }) => learn([data.profile]));
  client.onSubscribed('people:', ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) for (const id of people.keys()) fetchPeople(id);
  });
  const startWatching = (id: string): Watch => {
    const stop = client.subscribe(onlineChannel(id), {
      publication: ({ data }) => {
        whereabouts.set(id, { online: data.online, lastSeenAt: data.at });
        changed();
      },
      // This channel keeps nothing, so the state is asked for each time.
      subscribed: () => fetchPresence(id),
    });
    return { count: 0, stop };
  };
  return {
    put: (profile) => learn([profile]),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    person: (id) => {
      const known = people.get(id);
      if (known === undefined && id !== '') fetchPeople(id);
      return known;
    },
    whereabouts: (id) => whereabouts.get(id),
    watch: (id) => {
      const watch = watches.get(id) ?? startWatching(id);
      watch.count += 1;
      watches.set(id, watch);
      return () => {
        watch.count -= 1;
        if (watch.count > 0) return;
        watches.delete(id);
        watch.stop();
      };
    },
    find: async (text) => {
      const { profiles } = await client.call('accounts.findPeople', { text });
      learn(profiles);
      return profiles.map(({ id }) => people.get(id) as Person);
    },
  };
}

function toPerson({ id, handle, displayName, avatar, disabled }: Profile): Person {
  return { id, handle, displayName, picture: pictureAddress(avatar), disabled };
}

function isSame(known: Person | undefined, person: Person): boolean {
  return known !== undefined && (Object.keys(person) as (keyof Person)[]).every((key) => known[key] === person[key]);
}

/**
 * Collects ids for a moment and asks for them together. `ask` tells which it got an answer for; the others do not
 * exist and are not asked for again. Those that failed are handed to `retry` a little later: then they may be.
 */
function gather(
  ask: (users: string[]) => Promise<readonly string[]>,
  retry: (users: readonly string[]) => void,
): (id: string) => void {
  let waiting = new Set<string>();
  const asked = new Set<string>();
  const forget = (users: readonly string[]) => {
    for (const user of users) asked.delete(user);
  };
  const send = async () => {
    const users = [...waiting];
    waiting = new Set();
    for (let at = 0; at < users.length; at += BATCH) {
      const batch = users.slice(at, at + BATCH);
      await ask(batch).then(forget, () => {
        setTimeout(() => {
          forget(batch);
          retry(batch);
        }, RETRY_MS);
      });
    }
  };
  return (id) => {
    if (asked.has(id)) return;
    asked.add(id);
    if (waiting.size === 0) setTimeout(send, GATHER_MS);
    waiting.add(id);
  };
}
