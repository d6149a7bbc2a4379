import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { INVITE_LIMIT } from '../../src/contracts/chat/limits.ts';
import { type Person, World } from './world.ts';

const HOUR_MS = 3_600_000;

let world: World;
let ann: Person;
let ben: Person;
let cy: Person;
let di: Person;
let room: string;

beforeAll(async () => {
  world = new World();
  [ann, ben, cy, di] = await world.people('ann', 'ben', 'cy', 'di');
});
beforeEach(async () => {
  room = await ann.group('Tea', ben);
});
afterAll(() => world.close());

const codeFor = async (input: { uses?: number | null; expiresInHours?: number | null } = {}) =>
  (await ann.call('chat.createInvite', { room, ...input })).code;

describe('CH7 an invitation', () => {
  test('shows its group and lets people join, with a line in the timeline', async () => {
    const code = await codeFor();
    expect(code).toMatch(/^[a-z2-9]{24}$/);
    expect(await cy.call('chat.inviteInfo', { code })).toEqual({ room, title: 'Tea', memberCount: 2, joined: false });
    expect(await cy.call('chat.joinByInvite', { code })).toMatchObject({ id: room, role: 'member', memberCount: 3 });
    expect(await cy.call('chat.inviteInfo', { code })).toMatchObject({ joined: true });
    expect((await world.log(room)).at(-1)?.event).toMatchObject({ type: 'joined', by: cy.id, users: [cy.id] });
  });

  test('is not used up by existing members', async () => {
    const code = await codeFor({ uses: 1 });
    expect(await ben.call('chat.joinByInvite', { code })).toMatchObject({ id: room });
    expect(await cy.call('chat.joinByInvite', { code })).toMatchObject({ id: room });
    expect(await cy.refusal('chat.joinByInvite', { code })).toBe('gone');
    expect(await di.refusal('chat.inviteInfo', { code })).toBe('gone');
  });

  test('expires to the millisecond', async () => {
    const code = await codeFor({ expiresInHours: 1 });
    world.clock.time += HOUR_MS - 1;
    expect(await cy.call('chat.inviteInfo', { code })).toMatchObject({ room });
    world.clock.time += 1;
    expect(await cy.refusal('chat.inviteInfo', { code })).toBe('gone');
    expect(await cy.refusal('chat.joinByInvite', { code })).toBe('gone');
  });

  test('without expiry and use limit keeps working', async () => {
    const code = await codeFor({ uses: null, expiresInHours: null });
    world.clock.time += 1e11;
    expect(await cy.call('chat.joinByInvite', { code })).toMatchObject({ id: room });
    expect(await di.call('chat.joinByInvite', { code })).toMatchObject({ id: room });
    expect((await ann.call('chat.invites', { room })).invites).toEqual([
      { code, room, createdBy: ann.id, expiresAt: null, usesLeft: null },
    ]);
  });

  test('stops working once revoked, or when everyone left the group', async () => {
    const [first, second] = [await codeFor(), await codeFor()];
    await ann.call('chat.revokeInvite', { room, code: first });
    await ann.call('chat.revokeInvite', { room, code: first });
    expect(await cy.refusal('chat.joinByInvite', { code: first })).toBe('gone');
    await ben.call('chat.leave', { room });
    await ann.call('chat.leave', { room });
    expect(await cy.refusal('chat.joinByInvite', { code: second })).toBe('gone');
    expect(await cy.refusal('chat.inviteInfo', { code: 'never-was-a-code' })).toBe('gone');
  });

  test('is managed by owner and admins, for its own room only', async () => {
    const code = await codeFor();
    for (const refusal of [
      ben.refusal('chat.createInvite', { room }),
      ben.refusal('chat.invites', { room }),
      ben.refusal('chat.revokeInvite', { room, code }),
    ]) {
      expect(await refusal).toBe('permissionDenied');
    }
    const other = await ben.group('Other');
    await ben.call('chat.revokeInvite', { room: other, code });
    expect(await cy.call('chat.inviteInfo', { code })).toMatchObject({ room });
  });

  test(`at most ${INVITE_LIMIT} exist per group; expired ones do not count`, async () => {
    for (let index = 0; index < INVITE_LIMIT; index += 1) await codeFor({ expiresInHours: 1 + (index % 2) });
    expect(await ann.refusal('chat.createInvite', { room })).toBe('limitExceeded');
    world.clock.time += HOUR_MS;
    await codeFor();
    expect((await ann.call('chat.invites', { room })).invites).toHaveLength(INVITE_LIMIT / 2 + 1);
    expect(await world.rows('SELECT code FROM chat_invites WHERE room_id = ?', room)).toHaveLength(
      INVITE_LIMIT / 2 + 1,
    );
  });
});

describe('CH7 an invitation works as long as its creator may invite', () => {
  let code: string;
  beforeEach(async () => {
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    code = (await ben.call('chat.createInvite', { room })).code;
    expect(await cy.call('chat.inviteInfo', { code })).toMatchObject({ room });
  });
  const isWorthless = async () => {
    expect(await cy.refusal('chat.inviteInfo', { code })).toBe('gone');
    expect(await cy.refusal('chat.joinByInvite', { code })).toBe('gone');
    expect((await ann.call('chat.invites', { room })).invites).toEqual([]);
  };

  test('stops working when its creator loses admin', async () => {
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'member' });
    await isWorthless();
  });

  test('stops working when its creator leaves or is removed', async () => {
    await ben.call('chat.leave', { room });
    await isWorthless();
    const own = await ann.call('chat.createInvite', { room });
    await ben.call('chat.joinByInvite', { code: own.code });
    await ann.call('chat.revokeInvite', { room, code: own.code });
    await isWorthless();
    await ann.call('chat.removeMember', { room, user: ben.id });
    await isWorthless();
  });

  test("stops working while its creator's account is disabled", async () => {
    await world.setDisabled(ben, true);
    await isWorthless();
    await world.setDisabled(ben, false);
    expect(await cy.call('chat.joinByInvite', { code })).toMatchObject({ id: room });
  });
});

describe('CH8 a person removed from a group', () => {
  test('cannot return by an older invitation, but by a newer one or when a member adds them', async () => {
    const before = await codeFor();
    await ann.call('chat.removeMember', { room, user: ben.id });
    const meanwhile = await codeFor();
    world.clock.time += 1;
    for (const code of [before, meanwhile]) {
      expect(await ben.refusal('chat.inviteInfo', { code })).toBe('gone');
      expect(await ben.refusal('chat.joinByInvite', { code })).toBe('gone');
    }
    expect(await cy.call('chat.joinByInvite', { code: before })).toMatchObject({ id: room });
    expect(await ben.call('chat.joinByInvite', { code: await codeFor() })).toMatchObject({ id: room });
    await ann.call('chat.removeMember', { room, user: ben.id });
    await ann.call('chat.addMembers', { room, users: [ben.id] });
    await ben.call('chat.leave', { room });
    expect(await ben.refusal('chat.joinByInvite', { code: before })).toBe('gone');
  });

  test('cannot return by joining at the same moment', async () => {
    const code = await codeFor();
    const elsewhere = ann.on(world.secondNode());
    let looks = 0;
    world.afterRead = async (sql) => {
      if (sql.includes('chat_invites')) looks += 1;
      // The second lookup is the last step before joining.
      if (looks !== 2) return;
      looks += 1;
      await elsewhere.call('chat.addMembers', { room, users: [cy.id] });
      await elsewhere.call('chat.removeMember', { room, user: cy.id });
    };
    const joining = await cy.refusal('chat.joinByInvite', { code });
    world.afterRead = async () => undefined;
    expect(joining).toBe('gone');
  });
});

describe('CH7 races, on one node and on two', () => {
  test.each(['one', 'two'] as const)('%s: of many racing for the last uses, exactly that many join', async (node) => {
    const crowd = await Promise.all(Array.from({ length: 8 }, (_, index) => world.person(`racer-${node}-${index}`)));
    const code = await codeFor({ uses: 3 });
    const other = world.secondNode();
    const answers = await Promise.all(
      crowd.map((person, index) =>
        (node === 'two' && index % 2 === 0 ? person.on(other) : person).refusal('chat.joinByInvite', { code }),
      ),
    );
    expect(answers.filter((answer) => answer === 'gone')).toHaveLength(5);
    expect(await ann.call('chat.room', { room })).toMatchObject({ memberCount: 5 });
    expect(await world.rows('SELECT uses_left FROM chat_invites WHERE code = ?', code)).toEqual([{ uses_left: 0 }]);
  });

  test('two devices of one person joining at once count as one use', async () => {
    const code = await codeFor({ uses: 2 });
    const other = cy.on(world.secondNode());
    await Promise.all([cy, other, cy, other].map((device) => device.call('chat.joinByInvite', { code })));
    expect(await world.rows('SELECT uses_left FROM chat_invites WHERE code = ?', code)).toEqual([{ uses_left: 1 }]);
  });

  test('a person joining while the invitation is revoked does not join', async () => {
    const code = await codeFor();
    let looks = 0;
    world.afterRead = async (sql) => {
      // The first lookup finds the room; the second is the last step before joining.
      if (sql.includes('chat_invites')) looks += 1;
      if (sql.includes('chat_invites') && looks === 2) await ann.call('chat.revokeInvite', { room, code });
    };
    const joining = await cy.refusal('chat.joinByInvite', { code });
    world.afterRead = async () => undefined;
    expect(joining).toBe('gone');
    expect(looks).toBe(3);
  });
});
