import { describe, expect, jest, test } from 'bun:test';
import { type Client, createClient } from '../../../../client/client.ts';
import { createPrefixListeners } from '../../../../client/listeners.ts';
import type { ChannelListeners, Publication, Subscribed } from '../../../../client/subscriptions.ts';
import type { Profile } from '../../../contracts/accounts/contract.ts';
import { createPeopleSource } from './people-source.ts';
import { FOLLOWED_LIMIT } from './whereabouts.ts';

const profile = (id: string, changes: Partial<Profile> = {}): Profile => {
  return { id, handle: id, displayName: id.toUpperCase(), avatar: null, role: 'member', disabled: false, ...changes };
};

/** A page whose server knows these people; every request is recorded in `asked`. */
function page(...ids: readonly string[]) {
  const server = { failing: false, asked: [] as { name: string; users: readonly string[] }[] };
  const known = new Map(ids.map((id) => [id, profile(id)]));
  const publications = createPrefixListeners<Publication>();
  const starts = createPrefixListeners<Subscribed>();
  const subscriptions = new Map<string, ChannelListeners>();
  const answer = async (name: string, { users = [], text = '' }: { users?: string[]; text?: string }) => {
    server.asked.push({ name, users });
    if (server.failing) throw new Error('no line');
    if (name === 'accounts.presence') {
      return { presence: users.map((user) => ({ user, online: true, lastSeenAt: null })) };
    }
    const all = name === 'accounts.findPeople' ? [...known.keys()].filter((id) => id.includes(text)) : users;
    return { profiles: all.flatMap((id) => known.get(id) ?? []) };
  };
  const client: Client = {
    ...createClient({ url: 'http://banyan.example' }),
    call: answer as unknown as Client['call'],
    onPublication: (prefix, listener) => publications.add(prefix, listener as (event: Publication) => void),
    onSubscribed: starts.add,
    subscribe: (channel, listeners) => {
      subscriptions.set(channel, listeners as ChannelListeners);
      return () => void subscriptions.delete(channel);
    },
  };
  const people = createPeopleSource(client);
  const change = (changed: Profile) =>
    publications.emit({ channel: 'people:all', data: { type: 'profile', profile: changed } });
  return { server, people, known, starts, subscriptions, change };
}

const gathered = () => Bun.sleep(40);
const askedFor = ({ server }: ReturnType<typeof page>) => server.asked.map(({ users }) => users);

describe('people on a page', () => {
  test('requested at the same moment are fetched together, each once', async () => {
    const at = page('ann', 'ben');
    for (const id of ['ann', 'ben', 'ann']) at.people.want(id);
    expect(at.people.person('ann')).toBeUndefined();
    await gathered();
    expect(at.people.person('ann')).toEqual({
      ...{ id: 'ann', handle: 'ann', displayName: 'ANN', picture: null, disabled: false },
    });
    await gathered();
    expect(askedFor(at)).toEqual([['ann', 'ben']]);
  });

  test('are fetched 200 at a time', async () => {
    const ids = Array.from({ length: 450 }, (_, number) => `p${number}`);
    const at = page(...ids);
    for (const id of ids) at.people.want(id);
    await gathered();
    expect(askedFor(at).map(({ length }) => length)).toEqual([200, 200, 50]);
    expect(ids.every((id) => at.people.person(id) !== undefined)).toBe(true);
  });

  test('that do not exist are not fetched again, and an empty request sends nothing', async () => {
    const at = page();
    for (let time = 0; time < 3; time += 1) {
      for (const id of ['ghost', '']) at.people.want(id);
      expect(at.people.person('ghost')).toBeUndefined();
      await gathered();
    }
    expect(askedFor(at)).toEqual([['ghost']]);
  });

  test('are distinguished by their pictures’ URLs', async () => {
    const at = page();
    at.people.put(profile('ann', { avatar: 'a1b2.webp' }));
    expect(at.people.person('ann')?.picture).toBe('/files/avatars/a1b2.webp');
  });

  test('are the same object until something about them changes, and then all listeners are called', async () => {
    const at = page('ann');
    at.people.want('ann');
    await gathered();
    const before = at.people.person('ann');
    const listener = jest.fn();
    const stop = at.people.subscribe(listener);
    const version = at.people.version();
    at.change(profile('ann'));
    await at.people.find('ann');
    expect(at.people.person('ann')).toBe(before as NonNullable<typeof before>);
    expect([listener.mock.calls.length, at.people.version()]).toEqual([0, version]);
    at.change(profile('ann', { displayName: 'Anna' }));
    expect(at.people.person('ann')?.displayName).toBe('Anna');
    expect(listener).toHaveBeenCalledTimes(1);
    expect(at.people.version()).not.toBe(version);
    stop();
    at.change(profile('ann', { disabled: true }));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('found by a search are known from then on', async () => {
    const at = page('ann', 'anton', 'ben');
    expect((await at.people.find('an')).map(({ id }) => id)).toEqual(['ann', 'anton']);
    expect(at.people.person('anton')?.displayName).toBe('ANTON');
    expect(at.server.asked).toHaveLength(1);
  });

  test('are fetched again when the page has missed changes', async () => {
    const at = page('ann');
    at.people.put(profile('ann'));
    at.known.set('ann', profile('ann', { displayName: 'Anna' }));
    at.starts.emit({ channel: 'people:all', wasRecovering: true, recovered: true });
    await gathered();
    expect(at.server.asked).toEqual([]);
    at.starts.emit({ channel: 'people:all', wasRecovering: true, recovered: false });
    await gathered();
    expect(at.people.person('ann')?.displayName).toBe('Anna');
  });

  test('whose fetch failed are fetched a little later, as long as they are shown', async () => {
    const at = page('ann');
    at.server.failing = true;
    at.people.subscribe(nothing);
    at.people.want('ann');
    await gathered();
    at.server.failing = false;
    await Bun.sleep(3_100);
    expect(at.people.person('ann')?.displayName).toBe('ANN');
  });
});

const settled = () => Bun.sleep(180);
const nothing = () => undefined;

describe('whether people are online', () => {
  test('is followed once for any number of watchers, until the last one stops', async () => {
    const at = page('ann');
    const stops = [at.people.watch('ann', nothing), at.people.watch('ann', nothing)];
    await settled();
    expect([...at.subscriptions.keys()]).toEqual(['online:ann']);
    stops[0]?.();
    expect(at.subscriptions.size).toBe(1);
    stops[1]?.();
    expect(at.subscriptions.size).toBe(0);
  });

  test('is not followed for people shown only for a moment', async () => {
    const at = page('ann');
    at.people.watch('ann', nothing)();
    await settled();
    expect(at.subscriptions.size).toBe(0);
  });

  test('is fetched each time the channel starts, then received live', async () => {
    const at = page('ann');
    const stop = at.people.watch('ann', nothing);
    await settled();
    const listeners = at.subscriptions.get('online:ann');
    for (const wasRecovering of [false, true]) {
      listeners?.subscribed?.({ channel: 'online:ann', wasRecovering, recovered: false });
      await gathered();
    }
    expect(at.people.whereabouts('ann')).toEqual({ online: true, lastSeenAt: null });
    expect(askedFor(at)).toEqual([['ann'], ['ann']]);
    listeners?.publication?.({ channel: 'online:ann', data: { online: false, at: 7 } });
    expect(at.people.whereabouts('ann')).toEqual({ online: false, lastSeenAt: 7 });
    stop();
  });

  test('is sent to watchers of that person only', async () => {
    const at = page('ann', 'ben');
    const [names, ann, ben] = [jest.fn(), jest.fn(), jest.fn()];
    at.people.subscribe(names);
    const version = at.people.version();
    for (const [id, listener] of [['ann', ann] as const, ['ben', ben] as const]) at.people.watch(id, listener);
    await settled();
    at.subscriptions.get('online:ann')?.publication?.({ channel: 'online:ann', data: { online: true, at: 1 } });
    expect([ann, ben, names].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0]);
    expect(at.people.version()).toBe(version);
  });

  test('is followed for a limited number of people; the others are fetched once and follow when there is room', async () => {
    const ids = Array.from({ length: FOLLOWED_LIMIT + 2 }, (_, number) => `p${number}`);
    const at = page(...ids);
    const stops = ids.map((id) => at.people.watch(id, nothing));
    await settled();
    await gathered();
    expect(at.subscriptions.size).toBe(FOLLOWED_LIMIT);
    expect(askedFor(at)).toEqual([ids.slice(-2)]);
    stops[0]?.();
    await settled();
    expect([...at.subscriptions.keys()].at(-1)).toBe(`online:p${FOLLOWED_LIMIT}`);
    expect(at.subscriptions.size).toBe(FOLLOWED_LIMIT);
  });

  test('is fetched if the connection has no room for the channel', async () => {
    const at = page('ann');
    at.people.watch('ann', nothing);
    await settled();
    at.subscriptions.get('online:ann')?.unsubscribed?.({ channel: 'online:ann', code: 106, reason: 'limit exceeded' });
    await gathered();
    expect(at.people.whereabouts('ann')).toEqual({ online: true, lastSeenAt: null });
  });
});
