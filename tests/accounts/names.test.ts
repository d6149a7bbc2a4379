import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Browser, Installation, PASSWORD } from './installation.ts';

let installation: Installation;
let owner: Browser;

beforeAll(async () => {
  installation = new Installation({
    registration: 'open',
    limits: { registerPerAddress: { attempts: 500, windowMs: 60_000 } },
  });
  owner = await installation.owner();
});
afterAll(() => installation.close());

const register = (handle: string, displayName?: string) =>
  installation.browser().refusal('accounts.register', { handle, password: PASSWORD, displayName });

describe('AU12 a registration', () => {
  test.each(['owner.', 'owner-', '0wner', 'owner..'])(
    'cannot take a handle that looks like an existing one: %s',
    async (handle) => {
      expect(await register(handle)).toBe('conflict handle');
    },
  );

  test.each(['system.', 'systern', 'a11', 'all.'])(
    'cannot take a handle that looks like a reserved one: %s',
    async (handle) => {
      expect(await register(handle)).toBe('conflict handle');
    },
  );

  test.each(['оwner', 'οwner', 'оwner.', 'owner.', '0WNER'])('cannot take the display name %s', async (name) => {
    expect(await register('newcomer', name)).toBe('invalidInput displayName');
  });

  test("can take a display name that equals another person's, or looks like their own handle", async () => {
    expect(await register('second', 'Owner')).toContain('"displayName":"Owner"');
    expect(await register('third.', 'Third')).toContain('"displayName":"Third"');
  });

  test('of two concurrent ones with look-alike handles, one succeeds', async () => {
    const answers = await Promise.all([register('twin-1'), register('twin-l')]);
    expect(answers.filter((answer) => answer.startsWith('answered'))).toHaveLength(1);
  });
});

describe('AU12 an existing account', () => {
  test('keeps its handle and name, and cannot change to a look-alike', async () => {
    const sql = installation.host.sql;
    const { id } = await owner.me();
    // The state before look-alike keys were stored.
    await sql.write([{ sql: 'UPDATE users SET handle_look = NULL', params: [] }]);
    const copy = `INSERT INTO users (id, handle, display_name, search_name, role, disabled, created_at)
      SELECT 'copy', 'owner.', 'оwner', 'owner', 'member', 0, created_at + 1 FROM users WHERE id = ?`;
    await sql.write([{ sql: copy, params: [id] }]);
    await installation.accounts.catchUp();
    const looks = await sql.read({ sql: "SELECT id, handle_look FROM users WHERE id IN (?, 'copy')", params: [id] });
    expect(new Map(looks.map((row) => [row.id, row.handle_look]))).toEqual(
      new Map([
        ['copy', '*copy'],
        [id, 'owner'],
      ]),
    );
    expect(await owner.refusal('accounts.signIn', { login: 'owner', password: PASSWORD })).toContain('"owner"');
    expect(await owner.refusal('accounts.updateProfile', { displayName: 'Owner' })).toContain('"Owner"');
    const member = await installation.member(owner, 'renames');
    expect(await member.refusal('accounts.updateProfile', { displayName: 'оwner' })).toBe('invalidInput displayName');
  });
});

describe('AU11 combining marks in names', () => {
  test('are limited', async () => {
    const member = await installation.member(owner, 'zalgo');
    const piled = 'Z\u0300\u0301\u0302\u0303\u0304a';
    expect(await member.refusal('accounts.updateProfile', { displayName: piled })).toBe('invalidInput displayName');
    expect(await member.refusal('accounts.updateProfile', { displayName: 'Nguyễn Thế' })).toContain('Nguyễn Thế');
  });
});
