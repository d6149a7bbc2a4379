import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Device } from '../../src/contracts/accounts/contract.ts';
import { type Browser, Installation, PASSWORD, type TestConnection } from './installation.ts';

const FORCE_DISCONNECT = 3503;
const FORCE_RECONNECT = 3011;

let installation: Installation;
let owner: Browser;

beforeAll(async () => {
  installation = new Installation();
  owner = await installation.owner();
});
afterAll(() => installation.close());

async function signedIn(login: string): Promise<Browser> {
  const browser = installation.browser('203.0.113.5');
  browser.userAgent = 'curl/8.5.0';
  await browser.call('accounts.signIn', { login, password: PASSWORD });
  return browser;
}

const devicesOf = async (browser: Browser) => (await browser.call<{ devices: Device[] }>('accounts.devices')).devices;

/** The close code, or `open` when it stays open for 300 ms. */
const fate = ({ closed }: TestConnection) =>
  Promise.race([closed.then(({ code }) => code), Bun.sleep(300).then(() => 'open' as const)]);

describe('devices', () => {
  test('the list describes each device, newest first, and marks the current one', async () => {
    const first = await installation.member(owner, 'lister');
    await Bun.sleep(2);
    await signedIn('lister');
    const devices = await devicesOf(first);
    expect(devices).toMatchObject([
      { label: 'curl', address: '203.0.113.5', current: false },
      { label: 'Chrome on Linux', address: '192.0.2.1', current: true },
    ]);
    expect(JSON.stringify(devices)).not.toMatch(/token|hash/);
  });

  test('PE3 signing a device out ends its token and its live connections, and no others', async () => {
    const first = await installation.member(owner, 'leaver');
    const second = await signedIn('leaver');
    const [kept, ended] = await Promise.all([first.connect(), second.connect()]);
    const device = (await second.me()).device;
    const start = performance.now();
    await first.call('accounts.signOutDevice', { device });
    const { code, at } = await ended.closed;
    expect(code).toBe(FORCE_DISCONNECT);
    expect(at - start).toBeLessThan(1_000);
    expect(await second.principal()).toEqual({ kind: 'anonymous' });
    expect(await fate(kept)).toBe('open');
    expect(await first.refusal('accounts.signOutDevice', { device })).toBe('notFound device');
  });

  test("another person's device is not found", async () => {
    const victim = await installation.member(owner, 'victim');
    const device = (await victim.me()).device;
    const thief = await installation.member(owner, 'thief');
    expect(await thief.refusal('accounts.signOutDevice', { device })).toBe('notFound device');
    expect((await victim.principal()).kind).toBe('user');
  });

  test('PE3 signing out ends the live connections of this device', async () => {
    const member = await installation.member(owner, 'goodbye');
    const live = await member.connect();
    await member.call('accounts.signOut');
    expect(await fate(live)).toBe(FORCE_DISCONNECT);
  });

  test('PE3 a connection that was opening while its device was signed out is closed', async () => {
    const member = await installation.member(owner, 'straddler');
    const other = await signedIn('straddler');
    const stale = await other.principal();
    await member.call('accounts.signOutDevice', { device: (await other.me()).device });
    expect(await fate(await other.connect(stale))).toBe(FORCE_DISCONNECT);
  });

  test('last seen is stored, but not on every request', async () => {
    const member = await installation.member(owner, 'seen');
    const read = async () => (await devicesOf(member))[0]?.lastSeenAt ?? 0;
    const first = await read();
    await installation.clock.pass(30_000);
    await member.call('accounts.me');
    await installation.clock.pass(2_000);
    expect(await read()).toBe(first);
    await installation.clock.pass(30_000);
    await member.call('accounts.me');
    await installation.clock.pass(2_000);
    expect(await read()).toBeGreaterThan(first + 60_000);
  });
});

describe('disabled accounts', () => {
  test('PE3 lose every live connection within a second, and their tokens become invalid', async () => {
    const member = await installation.member(owner, 'trouble');
    const second = await signedIn('trouble');
    const lives = [await member.connect(), await second.connect()];
    const { id } = await member.me();
    const start = performance.now();
    expect(await owner.call('accounts.setDisabled', { user: id, disabled: true })).toMatchObject({ disabled: true });
    for (const live of lives) {
      const { code, at } = await live.closed;
      expect(code).toBe(FORCE_DISCONNECT);
      expect(at - start).toBeLessThan(1_000);
    }
    expect((await member.principal()).kind).toBe('anonymous');
    expect((await second.principal()).kind).toBe('anonymous');
  });

  test('cannot sign in, and are told the reason only with the right password', async () => {
    const login = { login: 'trouble', password: PASSWORD };
    expect(await installation.browser().refusal('accounts.signIn', login)).toBe('permissionDenied');
    const wrong = { login: 'trouble', password: 'not the password' };
    expect(await installation.browser().refusal('accounts.signIn', wrong)).toBe('unauthorized');
  });

  test('are hidden from other features, but the app still shows who they were', async () => {
    expect(await installation.accounts.people.byHandle('trouble')).toBeNull();
    expect(await installation.accounts.people.byHandle(' Owner ')).toMatchObject({ handle: 'owner' });
    const { profiles } = await owner.call<{ profiles: { id: string }[] }>('accounts.findPeople', { text: 'trouble' });
    const users = profiles.map(({ id }) => id);
    expect(await installation.accounts.people.byIds(users)).toEqual([]);
    expect(await owner.call('accounts.profiles', { users })).toMatchObject({ profiles: [{ disabled: true }] });
  });

  test('have to sign in again once enabled; old tokens stay invalid', async () => {
    const { profiles } = await owner.call<{ profiles: { id: string }[] }>('accounts.findPeople', { text: 'trouble' });
    await owner.call('accounts.setDisabled', { user: profiles[0]?.id, disabled: false });
    const back = await signedIn('trouble');
    expect(await devicesOf(back)).toHaveLength(1);
  });

  test('a sign-in that races with disabling leaves no device behind', async () => {
    const member = await installation.member(owner, 'racing');
    const { id } = await member.me();
    const browsers = Array.from({ length: 6 }, () => installation.browser());
    await Promise.all([
      ...browsers.map((browser) => browser.attempt('accounts.signIn', { login: 'racing', password: PASSWORD })),
      Bun.sleep(60).then(() => owner.call('accounts.setDisabled', { user: id, disabled: true })),
    ]);
    for (const browser of [member, ...browsers]) expect((await browser.principal()).kind).toBe('anonymous');
    const devices = { sql: 'SELECT id FROM devices WHERE user_id = ?', params: [id] };
    expect(await installation.database.sql.read(devices)).toEqual([]);
  });
});

describe('roles', () => {
  test('AU5 nobody can change or disable the owner', async () => {
    const admin = await installation.member(owner, 'admin-1', 'admin');
    const { id } = await owner.me();
    for (const who of [owner, admin]) {
      expect(await who.refusal('accounts.setRole', { user: id, role: 'member' })).toBe('permissionDenied user');
      expect(await who.refusal('accounts.setDisabled', { user: id, disabled: true })).toBe('permissionDenied user');
    }
    expect(await owner.refusal('accounts.setRole', { user: id, role: 'owner' })).toBe('invalidInput role');
    expect((await owner.me()).role).toBe('owner');
  });

  test('only the owner can create, invite and manage admins', async () => {
    const admin = await installation.member(owner, 'admin-2', 'admin');
    const other = await (await installation.member(owner, 'admin-3', 'admin')).me();
    const member = await (await installation.member(owner, 'member-1')).me();
    expect(await admin.refusal('accounts.setRole', { user: member.id, role: 'admin' })).toBe('permissionDenied role');
    expect(await admin.refusal('accounts.setRole', { user: other.id, role: 'guest' })).toBe('permissionDenied user');
    expect(await admin.refusal('accounts.setDisabled', { user: other.id, disabled: true })).toBe(
      'permissionDenied user',
    );
    expect(await admin.refusal('accounts.createInvite', { role: 'admin' })).toBe('permissionDenied role');
    expect(await admin.call('accounts.setRole', { user: member.id, role: 'guest' })).toMatchObject({ role: 'guest' });
    expect(await owner.call('accounts.setRole', { user: other.id, role: 'member' })).toMatchObject({ role: 'member' });
  });

  test('nobody manages their own account, and members manage no accounts', async () => {
    const admin = await installation.member(owner, 'admin-4', 'admin');
    const self = (await admin.me()).id;
    expect(await admin.refusal('accounts.setDisabled', { user: self, disabled: true })).toBe('permissionDenied user');
    const member = await installation.member(owner, 'member-2');
    for (const name of ['accounts.createInvite', 'accounts.invites']) {
      expect(await member.refusal(name)).toBe('permissionDenied');
    }
    expect(await member.refusal('accounts.setRole', { user: self, role: 'guest' })).toBe('permissionDenied');
    expect(await owner.refusal('accounts.setRole', { user: 'nobody', role: 'guest' })).toBe('notFound user');
  });

  test('PE3 a new role applies to the next request, and live connections reconnect with it', async () => {
    const admin = await installation.member(owner, 'admin-5', 'admin');
    const live = await admin.connect();
    const stale = await admin.principal();
    await owner.call('accounts.setRole', { user: (await admin.me()).id, role: 'member' });
    expect(await fate(live)).toBe(FORCE_RECONNECT);
    expect(await admin.refusal('accounts.invites')).toBe('permissionDenied');
    expect(await fate(await admin.connect(stale))).toBe(FORCE_RECONNECT);
    expect(await fate(await admin.connect())).toBe('open');
  });
});

describe('authenticating requests', () => {
  test('a thousand concurrent requests of one device read the table once, and once more a moment later', async () => {
    let reads = 0;
    const { sql } = installation.database;
    const read = sql.read.bind(sql);
    sql.read = (statement) => {
      if (statement.sql.includes('"token_hash"')) reads += 1;
      return read(statement);
    };
    const member = await installation.member(owner, 'busy');
    reads = 0;
    await Promise.all(Array.from({ length: 1_000 }, () => member.principal()));
    expect(reads).toBe(1);
    await installation.clock.pass(1_001);
    await member.principal();
    expect(reads).toBe(2);
    sql.read = read;
  });
});

describe('AU14 a live connection whose sign-in expires', () => {
  const DAY_MS = 86_400_000;

  test('is closed when the clock jumps past the expiry; one that has not expired stays open', async () => {
    const installation = new Installation();
    const owner = await installation.owner();
    const member = await installation.member(owner, 'stays');
    const lost = await owner.connect();
    await installation.clock.pass(20 * DAY_MS);
    await member.me();
    await installation.clock.pass(2_500);
    const kept = await member.connect();
    let isKept = true;
    void kept.closed.then(() => {
      isKept = false;
    });
    await installation.clock.pass(11 * DAY_MS);
    // The node's own tick notices the jump within two seconds.
    while ((await Promise.race([lost.closed, installation.clock.pass(1_000)])) === undefined);
    expect((await lost.closed).code).toBe(3503);
    expect(isKept).toBe(true);
    await installation.close();
  }, 20_000);

  test('is closed within a minute of the expiry', async () => {
    const installation = new Installation();
    const owner = await installation.owner();
    const live = await owner.connect();
    const { device } = await owner.me();
    const end = installation.clock.now() - 1;
    await installation.host.sql.write([
      { sql: 'UPDATE devices SET expires_at = ? WHERE id = ?', params: [end, device] },
    ]);
    for (let second = 0; second < 62; second += 1) await installation.clock.pass(1_000);
    expect((await live.closed).code).toBe(3503);
    await installation.close();
  }, 20_000);
});
