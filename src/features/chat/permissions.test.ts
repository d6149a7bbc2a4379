import { describe, expect, test } from 'bun:test';
import type { RoomRole } from '../../contracts/chat/events.ts';
import { ANONYMOUS, type Principal } from '../../core/access/principal.ts';
import { Memberships } from './memberships.ts';
import { checkManages, checkRecalls, checkRemoves, checkSetsRoles, roomPolicy } from './permissions.ts';

const ROLES: readonly RoomRole[] = ['owner', 'admin', 'member'];
const inGroup = (role: RoomRole) => ({ kind: 'group', role }) as const;
const inDirect = { kind: 'direct', role: 'member' } as const;

function allows(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ kind: 'permissionDenied' });
    return false;
  }
}

describe('PE1 in a group', () => {
  test('owner and admins manage title, members and invitations', () => {
    expect(ROLES.map((role) => allows(() => checkManages(inGroup(role))))).toEqual([true, true, false]);
  });

  test('only the owner assigns roles', () => {
    expect(ROLES.map((role) => allows(() => checkSetsRoles(inGroup(role))))).toEqual([true, false, false]);
  });

  test.each([
    ['owner', [false, true, true]],
    ['admin', [false, false, true]],
    ['member', [false, false, false]],
  ] as const)('%s can remove owner, admin, member', (actor, expected) => {
    expect(ROLES.map((target) => allows(() => checkRemoves(inGroup(actor), target)))).toEqual([...expected]);
  });
});

test('PE1 a direct chat has nothing to manage', () => {
  expect(allows(() => checkManages(inDirect))).toBe(false);
  expect(allows(() => checkRemoves(inDirect, 'member'))).toBe(false);
  expect(allows(() => checkSetsRoles(inDirect))).toBe(false);
});

describe('CH3 recalling', () => {
  const request = { windowMs: 1_000, ageMs: 0, isOwn: true, author: 'member' as RoomRole | undefined };
  const may = (actor: RoomRole | 'direct', change: Partial<typeof request>) => {
    const membership = actor === 'direct' ? inDirect : inGroup(actor);
    return allows(() => checkRecalls({ ...request, ...change, actor: membership }));
  };

  test('an own message: within the window, to the millisecond', () => {
    for (const actor of ['member', 'direct'] as const) {
      expect(may(actor, { ageMs: 1_000 })).toBe(true);
      expect(may(actor, { ageMs: 1_001 })).toBe(false);
    }
  });

  test('an own message: at any time by owner and admins', () => {
    expect(may('owner', { ageMs: 1e12 })).toBe(true);
    expect(may('admin', { ageMs: 1e12 })).toBe(true);
  });

  test.each([
    ['owner', [false, true, true, true]],
    ['admin', [false, false, true, true]],
    ['member', [false, false, false, false]],
    ['direct', [false, false, false, false]],
  ] as const)('%s: at any time that of owner, admin, member and of a former member', (actor, expected) => {
    const authors = [...ROLES, undefined];
    expect(authors.map((author) => may(actor, { isOwn: false, author, ageMs: 1e12 }))).toEqual([...expected]);
  });
});

describe("PE4, CH2: a room's channels", () => {
  const memberships = new Memberships({
    membership: async (room, user) => (room === 'r1' && user === 'ann' ? inGroup('owner') : undefined),
  });
  const policy = roomPolicy(memberships);
  const ann: Principal = { kind: 'user', user: 'ann', role: 'member', device: 'd' };

  test('members can subscribe, others cannot, whatever their other roles', async () => {
    expect(await policy(ann, 'subscribe', 'room:r1')).toBe(true);
    expect(await policy(ann, 'subscribe', 'live:r1')).toBe(true);
    expect(await policy(ann, 'subscribe', 'room:r2')).toBe(false);
    expect(await policy({ ...ann, user: 'ben', role: 'owner' }, 'subscribe', 'room:r1')).toBe(false);
    expect(await policy(ANONYMOUS, 'subscribe', 'room:r1')).toBe(false);
    expect(await policy({ kind: 'external', user: 'ann' }, 'subscribe', 'room:r1')).toBe(false);
  });

  test('nobody can publish there or read history', async () => {
    for (const action of ['publish', 'readHistory', 'readPresence'] as const) {
      expect(await policy(ann, action, 'room:r1')).toBe(false);
    }
  });
});
