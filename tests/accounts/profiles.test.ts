import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Profile } from '../../src/contracts/accounts/contract.ts';
import { onlineChannel, PEOPLE_CHANNEL, type PeopleEvent, userChannel } from '../../src/contracts/accounts/events.ts';
import { ACCOUNTS_NAMESPACES } from '../../src/features/accounts/namespaces.ts';
import { type Browser, Installation, PASSWORD } from './installation.ts';

type Page = { profiles: Profile[]; next: string | null };

let installation: Installation;
let owner: Browser;

beforeAll(async () => {
  installation = new Installation({
    registration: 'open',
    limits: { registerPerAddress: { attempts: 500, windowMs: 1 } },
  });
  owner = await installation.owner();
});
afterAll(() => installation.close());

async function join(handle: string, displayName?: string): Promise<Browser> {
  const browser = installation.browser();
  await browser.call('accounts.register', { handle, password: PASSWORD, ...(displayName && { displayName }) });
  return browser;
}

async function lastPeopleEvent(): Promise<PeopleEvent> {
  const page = await installation.node.read(PEOPLE_CHANNEL, { limit: 1, reverse: true });
  return JSON.parse(page.publications[0]?.data ?? 'null');
}

describe('profiles', () => {
  test('everyone sees a new name, and search finds it', async () => {
    const member = await join('renamer');
    const me = await member.call<Profile>('accounts.updateProfile', { displayName: ' Zoë  O’Hara ' });
    expect(me.displayName).toBe('Zoë  O’Hara');
    expect(await lastPeopleEvent()).toMatchObject({
      type: 'profile',
      profile: { id: me.id, displayName: 'Zoë  O’Hara' },
    });
    expect((await owner.call<Page>('accounts.findPeople', { text: 'ZOË' })).profiles).toHaveLength(1);
  });

  test('an email address is visible to its owner only, and belongs to one person', async () => {
    const member = await join('private');
    expect(await member.call('accounts.updateProfile', { email: 'p@example.org' })).toMatchObject({
      email: 'p@example.org',
    });
    expect(JSON.stringify(await lastPeopleEvent())).not.toContain('example.org');
    const { id } = await member.me();
    expect(JSON.stringify(await owner.call('accounts.profiles', { users: [id] }))).not.toContain('example.org');
    const other = await join('copycat');
    expect(await other.refusal('accounts.updateProfile', { email: 'P@example.org' })).toBe('conflict email');
    expect(await member.call('accounts.updateProfile', { email: null })).toMatchObject({ email: null });
    expect(await other.call('accounts.updateProfile', { email: 'p@example.org' })).toMatchObject({
      email: 'p@example.org',
    });
  });

  test('a name has visible characters, and none that hide or reverse text', async () => {
    const member = await join('namer');
    for (const displayName of [
      '',
      '  ',
      '\u200b\u200d',
      'Z\u200boë',
      '\u3164',
      '\u2800',
      'a\0b',
      'a\nb',
      'evil\u202egnp.exe',
      '\ud800',
      'x'.repeat(61),
    ]) {
      expect(await member.refusal('accounts.updateProfile', { displayName })).toBe('invalidInput displayName');
    }
    for (const displayName of ['👩‍👩‍👧', '?', 'علی‌رضا', '王小明']) {
      expect(await member.call('accounts.updateProfile', { displayName })).toMatchObject({ displayName });
    }
  });

  test('an empty update changes nothing', async () => {
    const before = await lastPeopleEvent();
    expect(await owner.call('accounts.updateProfile', {})).toEqual((await owner.me()) as never);
    expect(await lastPeopleEvent()).toEqual(before);
  });

  test('profiles are returned for existing ids, however many are asked for', async () => {
    const { id } = await owner.me();
    for (const count of [0, 1, 2, 3, 100, 199]) {
      const users = [...Array.from({ length: count }, (_, index) => `nobody-${index}`), id];
      const { profiles } = await owner.call<Page>('accounts.profiles', { users });
      expect(profiles.map(({ handle }) => handle)).toEqual(['owner']);
    }
    expect(await owner.call<Page>('accounts.profiles', { users: [] })).toEqual({ profiles: [] } as never);
  });

  test('people are found by any part of handle or name, in any script; wildcards are literal characters', async () => {
    await join('wei.chen', '陈伟');
    await join('percent', '100%_!sure');
    const find = async (text: string) =>
      (await owner.call<Page>('accounts.findPeople', { text })).profiles.map(({ handle }) => handle);
    expect(await find('陈')).toEqual(['wei.chen']);
    expect(await find('.CHE')).toEqual(['wei.chen']);
    expect(await find('%_!s')).toEqual(['percent']);
    expect(await find('%')).toEqual(['percent']);
    expect(await find('_!')).toEqual(['percent']);
    expect(await find("' OR 1=1 --")).toEqual([]);
  });

  test('the list of people is paged by name, each person once', async () => {
    const person = `INSERT INTO users (id, handle, display_name, search_name, role, created_at) VALUES (?, ?, ?, ?, 'member', 0)`;
    const statements = Array.from({ length: 120 }, (_, index) => {
      const name = `twin ${Math.floor(index / 3)}`;
      return { sql: person, params: [`paged-${index}`, `paged-${index}`, name, `${name} x`] };
    });
    await installation.database.sql.write(statements);
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page: Page = await owner.call<Page>('accounts.findPeople', { text: 'twin', ...(after && { after }) });
      seen.push(...page.profiles.map(({ id }) => id));
      after = page.next ?? undefined;
      more = after !== undefined;
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
  });

  test('disabled people are found only by those who manage accounts', async () => {
    const gone = await join('vanished');
    await owner.call('accounts.setDisabled', { user: (await gone.me()).id, disabled: true });
    const member = await join('looker');
    const find = async (who: Browser) => (await who.call<Page>('accounts.findPeople', { text: 'vanished' })).profiles;
    expect(await find(member)).toEqual([]);
    expect(await find(owner)).toMatchObject([{ handle: 'vanished', disabled: true }]);
  });
});

describe('user channels', () => {
  test('PE1 a connection is subscribed to its own channel and the shared one, and cannot subscribe to another person’s', async () => {
    const member = await join('channels');
    const { id } = await member.me();
    const live = await member.connect();
    expect(live.frames[0]).toContain(`"${userChannel(id)}"`);
    expect(live.frames[0]).toContain(`"${PEOPLE_CHANNEL}"`);
    const { policy } = ACCOUNTS_NAMESPACES.user ?? {};
    const principal = await member.principal();
    expect(await policy?.(principal, 'subscribe', userChannel(id))).toBe(true);
    expect(await policy?.(principal, 'subscribe', userChannel((await owner.me()).id))).toBe(false);
    expect(await policy?.({ kind: 'anonymous' }, 'subscribe', 'user:')).toBe(false);
  });
});

describe('who is online', () => {
  type Answer = { presence: { user: string; online: boolean; lastSeenAt: number | null }[] };
  const online = async (user: string) => (await owner.call<Answer>('accounts.presence', { users: [user] })).presence[0];

  test('PR3 a person is online with a connection, and offline a while after the last one closed', async () => {
    const member = await join('presence');
    const { id } = await member.me();
    expect(await online(id)).toEqual({ user: id, online: false, lastSeenAt: null });
    const start = installation.clock.now();
    const told: string[] = [];
    const publish = installation.host.channels.publish;
    installation.host.channels.publish = (channel, data, options) => {
      if (channel === onlineChannel(id)) told.push(data);
      return publish(channel, data, options);
    };
    await member.connect();
    await member.connect();
    expect(await online(id)).toMatchObject({ online: true });
    installation.host.channels.disconnectUser(id, 'forceReconnect');
    await member.connect();
    await installation.clock.pass(5_000);
    expect(await online(id)).toMatchObject({ online: true });
    installation.host.channels.disconnectUser(id, 'forceReconnect');
    expect(await online(id)).toMatchObject({ online: true });
    await installation.clock.pass(5_000);
    await installation.clock.pass(2_000);
    const after = await online(id);
    expect(after?.online).toBe(false);
    expect(after?.lastSeenAt).toBeGreaterThan(start);
    expect(told.map((data) => JSON.parse(data).online)).toEqual([true, false]);
    installation.host.channels.publish = publish;
  });
});
