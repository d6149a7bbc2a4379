import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { ClientError } from '../../src/core/errors.ts';
import type { SignInRules } from '../../src/features/accounts/sign-in-limits.ts';
import { type Browser, Installation, PASSWORD } from './installation.ts';

const OTHER_PASSWORD = 'the river runs north 7';
const DAY_MS = 86_400_000;

describe('signing in', () => {
  let installation: Installation;
  let owner: Browser;

  beforeAll(async () => {
    installation = new Installation();
    owner = await installation.owner();
    await owner.call('accounts.updateProfile', { email: 'Owner@Example.org' });
  });
  afterAll(() => installation.close());

  const signIn = (login: string, password = PASSWORD, browser = installation.browser()) =>
    browser.refusal('accounts.signIn', { login, password });

  test('works by handle or email, in any case', async () => {
    for (const login of ['owner', ' OWNER ', 'owner@example.org', 'OWNER@example.ORG']) {
      expect(await signIn(login)).toContain('"handle":"owner"');
    }
  });

  test('AU6 the token is set in a new HttpOnly cookie each time, and never returned in the body', async () => {
    const browser = installation.browser();
    const answer = await signIn('owner', PASSWORD, browser);
    expect(browser.setCookie).toMatch(/^banyan=[a-z2-9]{52}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect(answer).not.toContain(browser.cookie.split('=')[1] ?? '');
    expect(browser.cookie).not.toBe(owner.cookie);
  });

  test('AU3 a wrong login and a wrong password get the same response in the same time', async () => {
    const attempt = async (login: string, address: string) => {
      const start = performance.now();
      const input = { login, password: 'not the password' };
      const error = await installation.browser(address).attempt('accounts.signIn', input);
      if (!(error instanceof ClientError)) throw new Error('signed in');
      return { text: `${error.kind} ${error.message}`, ms: performance.now() - start };
    };
    const rounds = Array.from({ length: 8 }, (_, index) => `198.51.100.${index}`);
    const times = { owner: [] as number[], nobody: [] as number[] };
    for (const [index, address] of rounds.entries()) {
      const known = await attempt('owner', address);
      const unknown = await attempt(`nobody-${index}`, address);
      expect(unknown.text).toBe(known.text);
      times.owner.push(known.ms);
      times.nobody.push(unknown.ms);
    }
    const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0;
    const ratio = median(times.nobody) / median(times.owner);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });

  test('signing in again in a browser ends its previous sign-in', async () => {
    const browser = installation.browser();
    await signIn('owner', PASSWORD, browser);
    const first = browser.cookie;
    await signIn('owner', PASSWORD, browser);
    const old = installation.browser();
    old.cookie = first;
    expect(await old.principal()).toEqual({ kind: 'anonymous' });
    expect((await browser.principal()).kind).toBe('user');
  });

  test('signing out clears the cookie and invalidates the token at once', async () => {
    const browser = installation.browser();
    await signIn('owner', PASSWORD, browser);
    const thief = installation.browser();
    thief.cookie = browser.cookie;
    expect((await thief.principal()).kind).toBe('user');
    await browser.call('accounts.signOut');
    expect(browser.setCookie).toContain('Max-Age=0');
    expect(await thief.principal()).toEqual({ kind: 'anonymous' });
    expect(await thief.refusal('accounts.me')).toBe('unauthorized');
  });

  test('an invented token is unauthenticated', async () => {
    const browser = installation.browser();
    browser.cookie = `banyan=${'a2'.repeat(26)}`;
    expect(await browser.principal()).toEqual({ kind: 'anonymous' });
  });

  test('a sign-in lasts 30 days from its last use', async () => {
    const member = await installation.member(owner, 'slides');
    const idle = installation.browser();
    await signIn('slides', PASSWORD, idle);
    await installation.clock.pass(29 * DAY_MS);
    await member.call('accounts.me');
    expect(member.setCookie).toContain('Max-Age=2592000');
    await installation.clock.pass(2_000);
    // Last use is written after the response.
    const { device } = await member.me();
    const query = { sql: 'SELECT expires_at FROM devices WHERE id = ?', params: [device] };
    while (Number((await installation.host.sql.read(query))[0]?.expires_at) < installation.clock.now() + 20 * DAY_MS) {
      await Bun.sleep(5);
    }
    await installation.clock.pass(2 * DAY_MS);
    expect((await member.principal()).kind).toBe('user');
    expect((await idle.principal()).kind).toBe('anonymous');
    await installation.clock.pass(31 * DAY_MS);
    expect((await member.principal()).kind).toBe('anonymous');
  });
});

describe('sign-in limits', () => {
  let installation: Installation;
  let owner: Browser;

  const rules: SignInRules = {
    perNetwork: { attempts: 3, windowMs: 60_000 },
    perDevice: { attempts: 2, windowMs: 60_000 },
    trusted: { attempts: 2, windowMs: 3_600_000 },
    account: { burst: 8, everyMs: 20_000 },
    network: { burst: 12, everyMs: 10_000 },
  };

  beforeEach(async () => {
    installation = new Installation({ limits: { signIn: rules } });
    owner = await installation.owner();
  });
  afterEach(() => installation.close());

  const attempt = async (login: string, from: string | Browser, password = 'not the password') => {
    const browser = typeof from === 'string' ? installation.browser(from) : from;
    const ended = await browser.attempt('accounts.signIn', { login, password });
    return ended instanceof ClientError ? `${ended.status} ${ended.kind}` : 'in';
  };
  const times = (count: number, answer: string) => Array.from({ length: count }, () => answer);
  const WRONG = '401 unauthorized';
  const WAIT = '429 rateLimited';

  test('AU2 wrong passwords from ten addresses, repeated, lock nobody out', async () => {
    const usual = new Installation();
    await usual.owner();
    for (let round = 0; round < 4; round += 1) {
      for (let bot = 0; bot < 10; bot += 1) {
        const input = { login: 'owner', password: 'not the password' };
        await usual.browser(`203.0.113.${bot}`).refusal('accounts.signIn', input);
      }
      // From a new device in a new network.
      const browser = usual.browser(`198.51.100.${round}`);
      expect(await browser.refusal('accounts.signIn', { login: 'owner', password: PASSWORD })).toContain('"owner"');
    }
    await usual.close();
  }, 30_000);

  test('AU2 attempts per network and account are limited, whether the account exists or not; IPv6 by /64', async () => {
    for (const login of ['owner', 'nobody']) {
      const answers = [];
      for (let round = 0; round < 5; round += 1) answers.push(await attempt(login, `2001:db8::${round}`));
      expect(answers).toEqual([...times(3, WRONG), ...times(2, WAIT)]);
      expect(await attempt(login, '2001:db8:0:1::1')).toBe(WRONG);
    }
    expect(await attempt('owner', '2001:db8::9', PASSWORD)).toBe(WAIT);
    await installation.clock.pass(61_000);
    expect(await attempt('owner', '2001:db8::9', PASSWORD)).toBe('in');
  });

  test('AU2 attempts per account from all networks together are limited, whether it exists or not', async () => {
    for (const login of ['owner', 'nobody']) {
      const bots = (first: number, count: number) =>
        Promise.all(Array.from({ length: count }, (_, bot) => attempt(login, `10.${first}.${bot >> 8}.${bot & 255}`)));
      const first = await bots(login === 'owner' ? 1 : 2, 60);
      // All concurrent slots are taken, although each network has attempts left.
      expect(first.filter((answer) => answer === WRONG)).toHaveLength(8);
      await installation.clock.pass(41_000);
      const later = await bots(login === 'owner' ? 3 : 4, 60);
      expect(later.filter((answer) => answer === WRONG)).toHaveLength(2);
    }
  });

  test('AU2 networks that guess share their own rate, so a new network does not wait for them', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let bot = 0; bot < 4; bot += 1) await attempt('owner', `203.0.113.${bot}`);
    }
    // Each of the four is known as a guesser now, and they keep going.
    await installation.clock.pass(200_000);
    for (let round = 0; round < 3; round += 1) {
      for (let bot = 0; bot < 4; bot += 1) await attempt('owner', `203.0.113.${bot}`);
    }
    expect(await attempt('owner', '203.0.113.1')).toBe(WAIT);
    expect(await attempt('owner', '198.51.100.1', PASSWORD)).toBe('in');
  });

  test("AU2 an account's handle and email share one limit", async () => {
    await owner.call('accounts.updateProfile', { email: 'two@example.org' });
    const answers = [];
    for (const login of ['owner', 'two@example.org', 'OWNER', 'two@example.org', 'owner']) {
      answers.push(await attempt(login, '198.51.100.100'));
    }
    expect(answers).toEqual([...times(3, WRONG), ...times(2, WAIT)]);
  });

  test('AU2 concurrent attempts do not bypass the limit', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => attempt('other', '192.0.2.77')));
    expect(answers.filter((answer) => answer === WRONG)).toHaveLength(3);
  });

  test("AU2 one person's mistakes do not lock their office out", async () => {
    const member = await installation.member(owner, 'colleague');
    for (let mistake = 0; mistake < 30; mistake += 1) await attempt('owner', '192.0.2.9');
    expect(await attempt('colleague', '192.0.2.9', PASSWORD)).toBe('in');
    expect((await member.principal()).kind).toBe('user');
  });

  test('AU2 a network that tries many accounts is slowed down, and told when to retry', async () => {
    const answers = [];
    for (let round = 0; round < 14; round += 1) answers.push(await attempt(`user-${round}`, '192.0.2.8'));
    expect(answers).toEqual([...times(12, WRONG), ...times(2, WAIT)]);
    const refused = await installation.browser('192.0.2.8').attempt('accounts.signIn', { login: 'x', password: 'y' });
    const wait = refused instanceof ClientError ? refused.retryAfter : undefined;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(10);
    await installation.clock.pass(10_500);
    expect(await attempt('user-20', '192.0.2.8')).toBe(WRONG);
  });

  test('AU2 a correct sign-in never counts', async () => {
    for (let round = 0; round < 14; round += 1) expect(await attempt('owner', '198.51.100.7', PASSWORD)).toBe('in');
  }, 20_000);

  test('AU9 a browser the person signed in on before has its own limit', async () => {
    for (let bot = 0; bot < 60; bot += 1) await attempt('owner', `10.0.0.${bot}`);
    await owner.call('accounts.signOut');
    expect(owner.cookies.get('banyan-known')).toMatch(/^[a-z2-9]{52}$/);
    expect(await attempt('owner', '198.51.100.2', PASSWORD)).toBe(WAIT);
    expect(await attempt('owner', owner, PASSWORD)).toBe('in');
    const mine = [];
    for (let mistake = 0; mistake < 3; mistake += 1) mine.push(await attempt('owner', owner));
    expect(mine).toEqual([...times(2, WRONG), WAIT]);
  });

  test('AU9 a known browser is known only for its own accounts', async () => {
    await installation.member(owner, 'other');
    const answers = [];
    for (let round = 0; round < 4; round += 1) answers.push(await attempt('other', owner));
    expect(answers).toEqual([...times(3, WRONG), WAIT]);
  });

  test('AU9 a password change forgets all other known browsers', async () => {
    const thief = installation.browser('203.0.113.66');
    expect(await attempt('owner', thief, PASSWORD)).toBe('in');
    await owner.call('accounts.changePassword', { current: PASSWORD, next: OTHER_PASSWORD });
    for (let bot = 0; bot < 60; bot += 1) await attempt('owner', `10.0.0.${bot}`);
    expect(await attempt('owner', thief, OTHER_PASSWORD)).toBe(WAIT);
    expect(await attempt('owner', owner, OTHER_PASSWORD)).toBe('in');
  });

  test('AU9 a person has at most 20 known browsers, and an invented cookie is not one', async () => {
    for (let round = 0; round < 22; round += 1) await attempt('owner', `198.51.100.${round}`, PASSWORD);
    const rows = await installation.host.sql.read({ sql: 'SELECT * FROM known_devices', params: [] });
    expect(rows).toHaveLength(20);
    const forger = installation.browser('203.0.113.5');
    forger.cookies.set('banyan-known', 'a2'.repeat(26));
    const answers = [];
    for (let round = 0; round < 5; round += 1) answers.push(await attempt('owner', forger));
    expect(answers).toEqual([...times(3, WRONG), ...times(2, WAIT)]);
  }, 20_000);
});

describe('changing the password', () => {
  let installation: Installation;
  let owner: Browser;

  beforeAll(async () => {
    installation = new Installation();
    owner = await installation.owner();
  });
  afterAll(() => installation.close());

  const change = (browser: Browser, current: string, next: string) =>
    browser.refusal('accounts.changePassword', { current, next });

  test('AU4 signs out all other devices and keeps this one', async () => {
    const member = await installation.member(owner, 'changes');
    const others = [installation.browser(), installation.browser()] as const;
    for (const other of others) await other.call('accounts.signIn', { login: 'changes', password: PASSWORD });
    const live = await others[0].connect();
    expect(await change(member, PASSWORD, OTHER_PASSWORD)).toBe('answered {}');
    expect((await live.closed).code).toBe(3503);
    for (const other of others) expect((await other.principal()).kind).toBe('anonymous');
    expect((await member.me()).handle).toBe('changes');
    const again = installation.browser();
    expect(await again.refusal('accounts.signIn', { login: 'changes', password: PASSWORD })).toBe('unauthorized');
    expect(await again.refusal('accounts.signIn', { login: 'changes', password: OTHER_PASSWORD })).toContain('changes');
  });

  test('AU4 gives this device a new token, and a copy of the old one stops working at once', async () => {
    const member = await installation.member(owner, 'copied');
    const thief = installation.browser();
    thief.cookie = member.cookie;
    expect((await thief.principal()).kind).toBe('user');
    const live = await member.connect();
    const { device } = await member.me();
    expect(await change(member, PASSWORD, OTHER_PASSWORD)).toBe('answered {}');
    expect(member.cookie).not.toBe(thief.cookie);
    expect(await thief.principal()).toEqual({ kind: 'anonymous' });
    expect((await member.me()).device).toBe(device);
    // The client that connected with the copy is told to reconnect, and cannot.
    expect((await live.closed).code).toBe(3011);
    expect((await member.connect()).frames.join()).toContain('"client"');
    expect((await thief.connect()).frames.join()).not.toContain('"client"');
    const refused = installation.browser();
    refused.cookie = member.cookie;
    expect(await change(refused, 'not the password', PASSWORD)).toBe('invalidInput current');
    expect(refused.cookie).toBe(member.cookie);
  });

  test('AU1 requires a good new password and the right old one', async () => {
    const member = await installation.member(owner, 'sloppy');
    expect(await change(member, 'not the password', OTHER_PASSWORD)).toBe('invalidInput current');
    expect(await change(member, PASSWORD, 'password1234')).toBe('invalidInput next');
    expect(await change(member, PASSWORD, 'short')).toBe('invalidInput next');
    expect(await change(member, PASSWORD, 'sloppy-12345')).toBe('invalidInput next');
  });

  test('AU2 limits attempts at the old password', async () => {
    const member = await installation.member(owner, 'stolen');
    for (let round = 0; round < 10; round += 1) await change(member, 'not the password', OTHER_PASSWORD);
    expect(await change(member, PASSWORD, OTHER_PASSWORD)).toBe('rateLimited');
  });

  test('AU4 of two concurrent changes one wins, and no sign-in with the old password survives', async () => {
    const member = await installation.member(owner, 'racer');
    const second = installation.browser();
    await second.call('accounts.signIn', { login: 'racer', password: PASSWORD });
    const late = Array.from({ length: 4 }, () => installation.browser());
    const [one, two] = await Promise.all([
      change(member, PASSWORD, OTHER_PASSWORD),
      change(second, PASSWORD, 'a third way to say it'),
      ...late.map((browser) => browser.refusal('accounts.signIn', { login: 'racer', password: PASSWORD })),
    ]);
    expect([one, two].filter((answer) => answer === 'answered {}')).toHaveLength(1);
    const winner = one === 'answered {}' ? member : second;
    const { devices } = await winner.call<{ devices: { current: boolean }[] }>('accounts.devices');
    expect(devices.map(({ current }) => current)).toEqual([true]);
  });
});

describe('a flood of sign-ins', () => {
  test('runs a few hashes at once, and tells the rest to retry', async () => {
    const installation = new Installation();
    const owner = await installation.owner();
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        installation
          .browser(`10.0.0.${index}`)
          .refusal('accounts.signIn', { login: `user-${index}`, password: PASSWORD }),
      ),
    );
    clearInterval(watch);
    expect(answers.filter((answer) => answer === 'tooManyRequests').length).toBeGreaterThan(100);
    expect(answers.filter((answer) => answer === 'unauthorized').length).toBeGreaterThanOrEqual(64);
    expect(peak - before).toBeLessThan(120_000_000);
    // Rejected requests are not attempts.
    expect(answers).not.toContain('rateLimited');
    await owner.call('accounts.signOut');
    await installation.close();
  }, 20_000);

  test('AU10 leaves a slot for known devices', async () => {
    const installation = new Installation();
    const owner = await installation.owner();
    await owner.call('accounts.signOut');
    let done = 0;
    const flood = Array.from({ length: 200 }, (_, index) =>
      installation
        .browser(`10.0.0.${index}`)
        .refusal('accounts.signIn', { login: `user-${index}`, password: PASSWORD })
        .then((answer) => {
          if (answer === 'unauthorized') done += 1;
        }),
    );
    expect(await owner.refusal('accounts.signIn', { login: 'owner', password: PASSWORD })).toContain('"owner"');
    // Most of those that waited before still wait.
    expect(done).toBeLessThan(20);
    await Promise.all(flood);
    expect(done).toBeGreaterThanOrEqual(65);
    await installation.close();
  }, 20_000);
});
