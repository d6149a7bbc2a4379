import type { Client } from '../../../../client/client.ts';
import { LIMIT_EXCEEDED } from '../../../../client/errors.ts';
import { onlineChannel } from '../../../contracts/accounts/events.ts';
import type { PeopleSource, Whereabouts } from '../../../ui/app-context.tsx';
import { gather } from './gather.ts';

/** People followed live at a time; well below the subscription limit of a connection, so that open rooms have room. */
export const FOLLOWED_LIMIT = 64;
/** Rows visible only while scrolling past are not worth a subscription. */
const SETTLE_MS = 150;
const RETRY_MS = 5_000;

type Source = Pick<PeopleSource, 'whereabouts' | 'watch'>;

/** Whether people are online, for as long as they are shown; for those above the limit, as of the request. */
export function createWhereabouts(client: Client): Source {
  const known = new Map<string, Whereabouts>();
  const watched = new Map<string, Set<() => void>>();
  /** Stops following them. */
  const followed = new Map<string, () => void>();
  const learn = (id: string, state: Whereabouts) => {
    known.set(id, state);
    for (const listener of [...(watched.get(id) ?? [])]) listener();
  };
  const ask = gather(
    async (users) => {
      const { presence } = await client.call('accounts.presence', { users });
      for (const { user, online, lastSeenAt } of presence) learn(user, { online, lastSeenAt });
      return users;
    },
    (users) => {
      for (const user of users) if (watched.has(user)) ask(user);
    },
  );
  const follow = (id: string) => {
    const stop = client.subscribe(onlineChannel(id), {
      publication: ({ data }) => learn(id, { online: data.online, lastSeenAt: data.at }),
      // This channel has no history, so the state is requested each time.
      subscribed: () => ask(id),
      unsubscribed: ({ code }) => {
        // The connection has no room: others may make some. A permanent refusal is not retried.
        if (code !== LIMIT_EXCEEDED || followed.get(id) !== stop) return;
        followed.delete(id);
        ask(id);
        setTimeout(fill, RETRY_MS);
      },
    });
    followed.set(id, stop);
  };
  const fill = () => {
    for (const id of watched.keys()) {
      if (followed.has(id)) continue;
      if (followed.size < FOLLOWED_LIMIT) follow(id);
      else if (!known.has(id)) ask(id);
    }
  };
  const settle = onceInAWhile(fill);
  const leave = (id: string) => {
    watched.delete(id);
    followed.get(id)?.();
    followed.delete(id);
    settle();
  };
  return {
    whereabouts: (id) => known.get(id),
    watch: (id, listener) => {
      const listeners = watched.get(id) ?? new Set();
      watched.set(id, listeners);
      // A separate entry, so that the same function can watch twice.
      const entry = () => listener();
      listeners.add(entry);
      settle();
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) leave(id);
      };
    },
  };
}

/** Runs it a moment after the first of many calls. */
function onceInAWhile(action: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      action();
    }, SETTLE_MS);
  };
}
