import { afterEach, describe, expect, test } from 'bun:test';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { type Client, createClient } from '../../../../client/client.ts';
import { createPrefixListeners } from '../../../../client/listeners.ts';
import type { Publication, Subscribed } from '../../../../client/subscriptions.ts';
import type { Member } from '../../../contracts/chat/contract.ts';
import type { RoomEvent } from '../../../contracts/chat/events.ts';
import { followMembers, membersQuery } from './members-query.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Page = { readonly members: readonly Member[]; readonly next: string | null };

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const page = (...users: readonly string[]): Page => ({
  members: users.map((user) => ({ user, role: 'member', joinedAt: 0 })),
  next: null,
});
const joined = (user: string): RoomEvent => ({ type: 'joined', by: 'ann', users: [user], at: 1 });
const removed = (user: string): RoomEvent => ({ type: 'removed', by: 'ann', user, at: 1 });

/** A member panel, whose server answers when the test says so. */
function panel() {
  const reads: PromiseWithResolvers<Page>[] = [];
  const publications = createPrefixListeners<Publication>();
  const starts = createPrefixListeners<Subscribed>();
  let offset = 0;
  const client: Client = {
    ...createClient({ url: 'http://banyan.example' }),
    call: (() => {
      const read = Promise.withResolvers<Page>();
      reads.push(read);
      return read.promise;
    }) as unknown as Client['call'],
    onPublication: (prefix, listener) => publications.add(prefix, listener as (event: Publication) => void),
    onSubscribed: starts.add,
  };
  const queries = new QueryClient({ defaultOptions: { queries: { networkMode: 'always', retry: false } } });
  const observer = new QueryObserver(queries, membersQuery(client, 'r1'));
  cleanups.push(
    observer.subscribe(() => undefined),
    followMembers(client, queries, 'r1'),
    () => queries.clear(),
  );
  const publish = (data: RoomEvent, channel = 'room:r1') => {
    offset += 1;
    publications.emit({ channel, offset, data });
  };
  const subscribed = (recovered: boolean) => starts.emit({ channel: 'room:r1', wasRecovering: true, recovered });
  const shown = () => observer.getCurrentResult().data?.map(({ user }) => user);
  return { reads, publish, subscribed, shown };
}

describe('WA8 the members of a room', () => {
  test('include who joins, and not who is removed, while they are loaded', async () => {
    const { reads, publish, shown } = panel();
    publish(joined('cem'));
    publish(removed('bob'));
    publish(joined('dan'), 'room:r2');
    reads[0]?.resolve(page('ann', 'bob'));
    await settled();
    expect(shown()).toEqual(['ann', 'cem']);
  });

  test('include who joins while a later page is loaded', async () => {
    const { reads, publish, shown } = panel();
    reads[0]?.resolve({ ...page('ann'), next: 'ann' });
    await settled();
    publish(removed('ann'));
    reads[1]?.resolve(page('bob'));
    await settled();
    expect(shown()).toEqual(['bob']);
  });

  test('follow the publications once they are loaded', async () => {
    const { reads, publish, shown } = panel();
    reads[0]?.resolve(page('ann'));
    await settled();
    publish(joined('bob'));
    expect(shown()).toEqual(['ann', 'bob']);
  });

  test('keep a change that arrives while they are loaded again', async () => {
    const { reads, publish, subscribed, shown } = panel();
    reads[0]?.resolve(page('ann'));
    await settled();
    subscribed(false);
    await settled();
    publish(joined('bob'));
    expect(shown()).toEqual(['ann', 'bob']);
    reads[1]?.resolve(page('ann'));
    await settled();
    expect(shown()).toEqual(['ann', 'bob']);
  });

  test('are loaded again when the recovery fails, and only then', async () => {
    const { reads, subscribed, shown } = panel();
    reads[0]?.resolve(page('ann', 'bob'));
    await settled();
    subscribed(true);
    await settled();
    expect(reads).toHaveLength(1);
    subscribed(false);
    await settled();
    reads[1]?.resolve(page('ann', 'cem'));
    await settled();
    expect(shown()).toEqual(['ann', 'cem']);
  });
});
