import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { INVITE_LIMIT } from '../../src/features/accounts/administration.ts';
import { type Browser, Installation, PASSWORD } from './installation.ts';

describe('registration by invitation', () => {
  let installation: Installation;
  let owner: Browser;
  const link: (string | null)[] = [];

  beforeAll(async () => {
    installation = new Installation();
    link.push(await installation.accounts.ownerInvite(), await installation.accounts.ownerInvite());
    owner = await installation.owner();
  });
  afterAll(() => installation.close());

  const invite = async (input = {}) => (await owner.call<{ code: string }>('accounts.createInvite', input)).code;
  const register = (handle: string, code: string, more = {}) =>
    installation.browser().refusal('accounts.register', { handle, password: PASSWORD, invite: code, ...more });

  test('AU5 the owner link stays the same until it is used, then there is none', async () => {
    expect(link[0]).toMatch(/^[a-z2-9]{24}$/);
    expect(link[1]).toBe(link[0] ?? '');
    expect(await owner.me()).toMatchObject({ handle: 'owner', displayName: 'owner', role: 'owner', email: null });
    expect(await installation.accounts.ownerInvite()).toBeNull();
    expect(await register('second', link[0] ?? '')).toBe('gone invite');
  });

  test('the status says how people can register', async () => {
    const status = await installation.browser().call('accounts.status');
    expect(status).toEqual({ registration: 'invite', hasOwner: true });
  });

  test('without a valid invitation nobody can register', async () => {
    const stranger = installation.browser();
    const input = { handle: 'stranger', password: PASSWORD };
    expect(await stranger.refusal('accounts.register', input)).toBe('permissionDenied invite');
    expect(await register('stranger', 'no-such-code')).toBe('gone invite');
  });

  test('an invited person is signed in with the role of the invitation', async () => {
    const code = await invite({ role: 'guest' });
    const info = await installation.browser().call('accounts.inviteInfo', { code });
    expect(info).toEqual({ role: 'guest', invitedBy: 'owner' });
    const guest = installation.browser();
    const input = {
      handle: ' Gu.Est ',
      displayName: ' 访客 ',
      email: 'Guest@Example.org',
      password: PASSWORD,
      invite: code,
    };
    const me = await guest.call('accounts.register', input);
    expect(me).toMatchObject({ handle: 'gu.est', displayName: '访客', email: 'guest@example.org', role: 'guest' });
    expect(await guest.me()).toEqual(me as never);
  });

  test('one of two people racing for the last use of an invitation succeeds', async () => {
    const code = await invite({ uses: 1 });
    const answers = await Promise.all(['race-1', 'race-2', 'race-3', 'race-4'].map((handle) => register(handle, code)));
    expect(answers.filter((answer) => answer === 'gone invite')).toHaveLength(3);
    expect(answers.filter((answer) => answer.startsWith('answered'))).toHaveLength(1);
    expect(await register('race-5', code)).toBe('gone invite');
  });

  test("AU2 failed attempts by others do not block an invited person's handle", async () => {
    const code = await invite();
    const input = { handle: 'awaited', password: PASSWORD };
    for (let round = 0; round < 12; round += 1) {
      const stranger = installation.browser(`203.0.113.${round}`);
      const refused = await stranger.refusal('accounts.register', {
        ...input,
        ...(round % 2 && { invite: 'made-up-code' }),
      });
      expect(refused).toBe(round % 2 ? 'gone invite' : 'permissionDenied invite');
    }
    expect(await register('awaited', code)).toStartWith('answered');
  });

  test('uses are counted exactly', async () => {
    const code = await invite({ uses: 3 });
    const handles = ['many-1', 'many-2', 'many-3', 'many-4', 'many-5'];
    const answers = await Promise.all(handles.map((handle) => register(handle, code)));
    expect(answers.filter((answer) => answer.startsWith('answered'))).toHaveLength(3);
  });

  test('of two concurrent registrations with one handle one succeeds, and the other keeps its invitation', async () => {
    const codes = [await invite(), await invite()] as const;
    const answers = await Promise.all(codes.map((code) => register('wanted', code)));
    expect(answers.filter((answer) => answer === 'conflict handle')).toHaveLength(1);
    const kept = codes[answers.indexOf('conflict handle')] ?? '';
    expect(await register('wanted-too', kept)).toStartWith('answered');
  });

  test('a taken email is refused with its field, also in a race', async () => {
    const codes = [await invite(), await invite()] as const;
    const email = 'same@example.org';
    const answers = await Promise.all(codes.map((code, index) => register(`mail-${index}`, code, { email })));
    expect(answers.filter((answer) => answer === 'conflict email')).toHaveLength(1);
  });

  test('expired and revoked invitations are not found, neither by lookup nor by registration', async () => {
    const expired = await invite({ expiresInHours: 1 });
    const revoked = await invite();
    await owner.call('accounts.revokeInvite', { code: revoked });
    expect(await owner.refusal('accounts.revokeInvite', { code: revoked })).toBe('notFound code');
    await installation.clock.pass(3_601_000);
    for (const code of [expired, revoked]) {
      expect(await register('too-late', code)).toBe('gone invite');
      expect(await installation.browser().refusal('accounts.inviteInfo', { code })).toBe('gone invite');
    }
    const { invites } = await owner.call<{ invites: { code: string }[] }>('accounts.invites');
    expect(invites.map(({ code }) => code)).not.toContain(expired);
    expect(invites.map(({ code }) => code)).not.toContain(revoked);
  });

  describe('AU7 an invitation works as long as its creator may invite', () => {
    const setRole = async (person: Browser, role: string) =>
      owner.call('accounts.setRole', { user: (await person.me()).id, role });
    const codeOf = async (maker: Browser, input = {}) =>
      (await maker.call<{ code: string }>('accounts.createInvite', input)).code;
    const workingCodes = async () =>
      (await owner.call<{ invites: { code: string }[] }>('accounts.invites')).invites.map(({ code }) => code);

    test('it stops working when its creator is disabled', async () => {
      const maker = await installation.member(owner, 'maker-1', 'admin');
      const code = await codeOf(maker);
      expect(await workingCodes()).toContain(code);
      await owner.call('accounts.setDisabled', { user: (await maker.me()).id, disabled: true });
      expect(await workingCodes()).not.toContain(code);
      expect(await register('invited-1', code)).toBe('gone invite');
      expect(await installation.browser().refusal('accounts.inviteInfo', { code })).toBe('gone invite');
    });

    test('it stops working when its creator loses admin', async () => {
      const maker = await installation.member(owner, 'maker-2', 'admin');
      const code = await codeOf(maker, { uses: null });
      await setRole(maker, 'member');
      expect(await register('invited-2', code)).toBe('gone invite');
      await setRole(maker, 'admin');
      expect(await register('invited-2', code)).toStartWith('answered');
    });

    test('a person has at most 100 invitations; expired ones do not count', async () => {
      const maker = await installation.member(owner, 'maker-3', 'admin');
      for (let index = 0; index < INVITE_LIMIT; index += 1) await codeOf(maker, { expiresInHours: 1 + (index % 2) });
      expect(await maker.refusal('accounts.createInvite')).toBe('limitExceeded');
      expect(await owner.refusal('accounts.createInvite')).toStartWith('answered');
      await installation.clock.pass(3_600_000);
      await codeOf(maker);
      const mine = 'SELECT code FROM account_invites WHERE created_by = ?';
      const { id } = await maker.me();
      expect(await installation.database.sql.read({ sql: mine, params: [id] })).toHaveLength(INVITE_LIMIT / 2 + 1);
    });
  });

  test('AU1 short, common and own-name passwords are refused and do not use up the invitation', async () => {
    const code = await invite();
    expect(await register('weak', code, { password: 'short' })).toBe('invalidInput password');
    expect(await register('weak', code, { password: 'qwertyuiop' })).toBe('invalidInput password');
    expect(await register('weak.person', code, { password: 'weakperson12' })).toBe('invalidInput password');
    expect(await register('weak', code)).toStartWith('answered');
  });

  test('reserved handles are taken', async () => {
    const code = await invite();
    expect(await register('everyone', code)).toBe('conflict handle');
    expect(await register('no spaces', code)).toBe('invalidInput handle');
  });

  test('listeners are called before the response; a failing listener does not fail the registration', async () => {
    const heard: string[] = [];
    installation.accounts.onRegistered(async ({ handle }) => void heard.push(handle));
    installation.accounts.onRegistered(() => Promise.reject(new Error('broken listener')));
    expect(await register('heard', await invite())).toStartWith('answered');
    expect(heard).toEqual(['heard']);
  });

  test('a failing listener is called again until it succeeds, and not after that', async () => {
    const installation = new Installation();
    const heard: string[] = [];
    let broken = true;
    installation.accounts.onRegistered(async ({ handle }) => {
      if (broken) throw new Error('broken listener');
      heard.push(handle);
    });
    await installation.owner();
    await installation.clock.pass(60_000);
    expect(heard).toEqual([]);
    broken = false;
    await installation.clock.pass(60_000);
    expect(heard).toEqual(['owner']);
    await installation.clock.pass(120_000);
    await installation.accounts.catchUp();
    expect(heard).toEqual(['owner']);
    await installation.close();
  });

  test('registrations whose listeners a crash cut off are announced at the next start, in order', async () => {
    const installation = new Installation();
    const owner = await installation.owner();
    await installation.member(owner, 'late');
    const again = 'INSERT INTO newcomers (user_id, created_at) SELECT id, created_at FROM users';
    await installation.database.sql.write([{ sql: again, params: [] }]);
    const heard: string[] = [];
    installation.accounts.onRegistered(async ({ handle }) => void heard.push(handle));
    await installation.accounts.catchUp();
    expect(heard).toEqual(['owner', 'late']);
    await installation.close();
  });

  test('AU1 passwords and tokens are not stored in plain text', async () => {
    const member = await installation.member(owner, 'kept-safe');
    const rows = await installation.database.sql.read({ sql: 'SELECT * FROM credentials, devices', params: [] });
    const text = JSON.stringify(rows);
    expect(text).toContain('$argon2id$');
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(member.cookie.split('=')[1] ?? '');
  });
});

describe('other ways of registration', () => {
  test('open: anyone becomes a member, limited per address', async () => {
    const installation = new Installation({
      registration: 'open',
      limits: { registerPerAddress: { attempts: 3, windowMs: 60_000 } },
    });
    const register = (handle: string, address: string) =>
      installation.browser(address).refusal('accounts.register', { handle, password: PASSWORD });
    for (const handle of ['one', 'two', 'three']) expect(await register(handle, '192.0.2.1')).toContain('"member"');
    expect(await register('four', '192.0.2.1')).toBe('rateLimited');
    expect(await register('four', '2001:db8::1')).toContain('"member"');
    await installation.close();
  });

  test('closed: only the first owner can register', async () => {
    const installation = new Installation({ registration: 'closed' });
    const owner = await installation.owner();
    const { code } = await owner.call<{ code: string }>('accounts.createInvite');
    const stranger = installation.browser();
    const input = { handle: 'stranger', password: PASSWORD };
    expect(await stranger.refusal('accounts.register', input)).toBe('permissionDenied invite');
    expect(await stranger.refusal('accounts.register', { ...input, invite: code })).toBe('permissionDenied invite');
    await installation.close();
  });

  test('AU5 two people using the owner link at once make one owner', async () => {
    const installation = new Installation();
    const invite = await installation.accounts.ownerInvite();
    const answers = await Promise.all(
      ['first', 'second', 'third'].map((handle) =>
        installation.browser().refusal('accounts.register', { handle, password: PASSWORD, invite }),
      ),
    );
    expect(answers.filter((answer) => answer.includes('"owner"'))).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'gone invite')).toHaveLength(2);
    await installation.close();
  });
});
