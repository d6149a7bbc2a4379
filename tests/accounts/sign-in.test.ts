import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ClientError } from '../../src/core/errors.ts';
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

  test('by handle or e-mail, in whatever case', async () => {
    for (const login of ['owner', ' OWNER ', 'owner@example.org', 'OWNER@example.ORG']) {
      expect(await signIn(login)).toContain('"handle":"owner"');
    }
  });

  test('AU6 the token comes in a HttpOnly cookie, anew each time, and never in the answer', async () => {
    const browser = installation.browser();
    const answer = await signIn('owner', PASSWORD, browser);
    expect(browser.setCookie).toMatch(/^banyan=[a-z2-9]{52}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect(answer).not.toContain(browser.cookie.split('=')[1] ?? '');
    expect(browser.cookie).not.toBe(owner.cookie);
  });

  test('AU3 a wrong login and a wrong password get the same answer, in the same time', async () => {
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

  test('signing in again on a browser ends the sign-in before it', async () => {
    const browser = installation.browser();
    await signIn('owner', PASSWORD, browser);
    const first = browser.cookie;
    await signIn('owner', PASSWORD, browser);
    const old = installation.browser();
    old.cookie = first;
    expect(await old.principal()).toEqual({ kind: 'anonymous' });
    expect((await browser.principal()).kind).toBe('user');
  });

  test('signing out clears the cookie and makes the token worthless at once', async () => {
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

  test('a made-up token is nobody', async () => {
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
    await installation.clock.pass(2 * DAY_MS);
    expect((await member.principal()).kind).toBe('user');
    expect((await idle.principal()).kind).toBe('anonymous');
    await installation.clock.pass(31 * DAY_MS);
    expect((await member.principal()).kind).toBe('anonymous');
  });
});

describe('limits of signing in', () => {
  let installation: Installation;
  let owner: Browser;

  beforeAll(async () => {
    installation = new Installation({
      limits: {
        signInPerAddress: { attempts: 6, windowMs: 60_000 },
        signInPerAccount: { attempts: 3, windowMs: 60_000 },
      },
    });
    owner = await installation.owner();
  });
  afterAll(() => installation.close());

  const attempt = async (login: string, address: string, password = 'not the password') => {
    const ended = await installation.browser(address).attempt('accounts.signIn', { login, password });
    return ended instanceof ClientError ? `${ended.status} ${ended.kind}` : 'in';
  };

  test('AU2 an account is guessed at only so often, from wherever, existing or not', async () => {
    for (const login of ['owner', 'nobody']) {
      const answers = [];
      for (let round = 0; round < 5; round += 1) answers.push(await attempt(login, `203.0.113.${round}`));
      expect(answers).toEqual([...Array(3).fill('401 unauthorized'), ...Array(2).fill('429 rateLimited')]);
    }
    expect(await attempt('owner', '203.0.113.99', PASSWORD)).toBe('429 rateLimited');
    expect((await owner.principal()).kind).toBe('user');
    await installation.clock.pass(61_000);
    expect(await attempt('owner', '203.0.113.99', PASSWORD)).toBe('in');
  });

  test("AU2 an account's handle and e-mail count as one", async () => {
    const both = await installation.member(owner, 'two-names');
    await both.call('accounts.updateProfile', { email: 'two@example.org' });
    const logins = ['two-names', 'two@example.org', 'TWO-NAMES', 'two@example.org', 'two-names'];
    const answers = [];
    for (const [index, login] of logins.entries()) answers.push(await attempt(login, `198.51.100.${100 + index}`));
    expect(answers).toEqual([...Array(3).fill('401 unauthorized'), ...Array(2).fill('429 rateLimited')]);
  });

  test('AU2 many guesses at once do not slip through', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => attempt('other', `192.0.2.${index}`)));
    expect(answers.filter((answer) => answer === '401 unauthorized')).toHaveLength(3);
  });

  test('AU2 an address guesses only so often, at however many accounts, IPv6 by its network', async () => {
    const answers = [];
    for (let round = 0; round < 8; round += 1) answers.push(await attempt(`user-${round}`, `2001:db8::${round}`));
    expect(answers).toEqual([...Array(6).fill('401 unauthorized'), ...Array(2).fill('429 rateLimited')]);
    const neighbour = installation.browser('2001:db8::abcd');
    const refused = await neighbour.attempt('accounts.signIn', { login: 'owner', password: PASSWORD });
    const wait = refused instanceof ClientError ? refused.retryAfter : undefined;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  });

  test('AU2 signing in rightly never counts', async () => {
    for (let round = 0; round < 10; round += 1) expect(await attempt('owner', '198.51.100.7', PASSWORD)).toBe('in');
  });
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

  test('AU4 it signs all other devices out and keeps this one', async () => {
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

  test('AU4 this device gets a new token, and a copy of the last one is worthless at once', async () => {
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
    // Who connected with the copy is told to come back, too, and cannot.
    expect((await live.closed).code).toBe(3011);
    expect((await member.connect()).frames.join()).toContain('"client"');
    expect((await thief.connect()).frames.join()).not.toContain('"client"');
    const refused = installation.browser();
    refused.cookie = member.cookie;
    expect(await change(refused, 'not the password', PASSWORD)).toBe('invalidInput current');
    expect(refused.cookie).toBe(member.cookie);
  });

  test('AU1 the new one has to be good, and the old one right', async () => {
    const member = await installation.member(owner, 'sloppy');
    expect(await change(member, 'not the password', OTHER_PASSWORD)).toBe('invalidInput current');
    expect(await change(member, PASSWORD, 'password1234')).toBe('invalidInput next');
    expect(await change(member, PASSWORD, 'short')).toBe('invalidInput next');
    expect(await change(member, PASSWORD, 'sloppy-12345')).toBe('invalidInput next');
  });

  test('AU2 the old one is guessed at only so often', async () => {
    const member = await installation.member(owner, 'stolen');
    for (let round = 0; round < 10; round += 1) await change(member, 'not the password', OTHER_PASSWORD);
    expect(await change(member, PASSWORD, OTHER_PASSWORD)).toBe('rateLimited');
  });

  test('AU4 of two changes at once one wins, and no sign-in with the old password survives either', async () => {
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
  test('holds a few hashes in memory, and tells the rest to come back', async () => {
    const limits = { signInPerAddress: { attempts: 1_000, windowMs: 60_000 } };
    const installation = new Installation({ limits });
    await installation.owner();
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        installation.browser().refusal('accounts.signIn', { login: `user-${index}`, password: PASSWORD }),
      ),
    );
    clearInterval(watch);
    expect(answers.filter((answer) => answer === 'tooManyRequests').length).toBeGreaterThan(100);
    expect(answers.filter((answer) => answer === 'unauthorized').length).toBeGreaterThanOrEqual(64);
    expect(peak - before).toBeLessThan(120_000_000);
    await installation.close();
  }, 20_000);
});
