import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Person, World } from './world.ts';

let world: World;
let ann: Person;
let ben: Person;
let cy: Person;

beforeAll(async () => {
  world = new World();
  [ann, ben, cy] = await world.people('ann', 'ben', 'cy');
});
afterAll(() => world.close());

const idsOf = async (person: Person) => (await person.call('chat.rooms', {})).rooms.map(({ id }) => id);

describe('groups', () => {
  const key = 'group-key-1';

  test('are created once per key, also by concurrent calls; the creator owns them', async () => {
    const ask = () => ann.call('chat.createGroup', { title: ' Tea ', members: [ben.id, ben.id, ann.id], key });
    const made = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made[0]).toMatchObject({ kind: 'group', title: 'Tea', role: 'owner', memberCount: 2, peer: null, top: 1 });
    expect(await ben.call('chat.room', { room: made[0].id })).toMatchObject({
      role: 'member',
      unread: 0,
      readOffset: 1,
    });
    await ann.call('chat.rename', { room: made[0].id, title: 'Coffee' });
    expect(await ask()).toMatchObject({ id: made[0].id, title: 'Coffee' });
  });

  test('with a used key and another title or members are refused', async () => {
    const made = await ben.call('chat.createGroup', { title: 'Tea', members: [ann.id], key });
    expect(await ann.call('chat.createGroup', { title: 'Tea', members: [ben.id], key })).not.toMatchObject({
      id: made.id,
    });
    for (const input of [
      { title: 'Milk', members: [ann.id], key },
      { title: 'Tea', members: [cy.id], key },
    ]) {
      expect(await ben.refusal('chat.createGroup', input)).toBe('conflict key');
    }
  });

  test('accept only active people, and cannot be created by guests', async () => {
    const input = { title: 'x', key: 'group-key-2' };
    expect(await ann.refusal('chat.createGroup', { ...input, members: [ben.id, 'nobody'] })).toBe(
      'invalidInput members',
    );
    const guest = await world.person('guest-1', 'guest');
    expect(await guest.refusal('chat.createGroup', input)).toBe('permissionDenied');
    for (const title of ['', ' ', 'a\nb', 'x'.repeat(81), '\u200b', '\u2800', 'Te\u200ba', 'Tea\u202e']) {
      expect(await ann.refusal('chat.createGroup', { ...input, title })).toBe('invalidInput title');
    }
  });

  test('are renamed by owner and admins; the same name again changes nothing', async () => {
    const room = await ann.group('Old', ben);
    expect(await ben.refusal('chat.rename', { room, title: 'His' })).toBe('permissionDenied');
    expect(await cy.refusal('chat.rename', { room, title: 'Hers' })).toBe('notFound');
    await ann.call('chat.rename', { room, title: 'New' });
    await ann.call('chat.rename', { room, title: 'New' });
    expect(await world.log(room)).toHaveLength(2);
  });
});

describe('direct chats', () => {
  test('CH6 two people have one, however often they open it at once', async () => {
    const [di, ed] = await world.people('di', 'ed');
    const opened = await Promise.all([
      di.call('chat.openDirect', { user: ed.id }),
      ed.call('chat.openDirect', { handle: 'di' }),
      di.call('chat.openDirect', { handle: 'ed' }),
      ed.on(world.secondNode()).call('chat.openDirect', { user: di.id }),
    ]);
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    expect(opened[0]).toMatchObject({ kind: 'direct', title: '', peer: ed.id, memberCount: 2, role: 'member' });
    expect(opened[1]).toMatchObject({ peer: di.id });
    expect([await idsOf(di), await idsOf(ed)]).toEqual([[opened[0].id], [opened[0].id]]);
  });

  test('with oneself hold notes', async () => {
    const notes = await cy.call('chat.openDirect', { user: cy.id });
    expect(notes).toMatchObject({ kind: 'direct', peer: cy.id, memberCount: 1 });
    expect(await cy.call('chat.openDirect', { handle: 'cy' })).toMatchObject({ id: notes.id });
  });

  test('cannot be opened with missing people', async () => {
    await world.person('gone');
    await world.sql.write([{ sql: `UPDATE users SET disabled = 1 WHERE handle = 'gone'`, params: [] }]);
    expect(await ann.refusal('chat.openDirect', { user: 'nobody' })).toBe('invalidInput user');
    expect(await ann.refusal('chat.openDirect', { user: 'id-of-gone' })).toBe('invalidInput user');
    expect(await ann.refusal('chat.openDirect', { handle: 'gone' })).toBe('notFound handle');
  });

  test('can be opened by guests with people who share a room with them', async () => {
    const guest = await world.person('guest-2', 'guest');
    expect(await guest.refusal('chat.openDirect', { handle: 'ann' })).toBe('permissionDenied');
    await ann.group('Visit', guest);
    expect(await guest.call('chat.openDirect', { handle: 'ann' })).toMatchObject({ peer: ann.id });
    expect(await guest.call('chat.openDirect', { user: guest.id })).toMatchObject({ peer: guest.id });
  });

  test('PE1 have nothing to manage, and cannot be left', async () => {
    const { id: room } = await ann.call('chat.openDirect', { user: ben.id });
    const refusals = [
      ann.refusal('chat.rename', { room, title: 'x' }),
      ann.refusal('chat.addMembers', { room, users: [cy.id] }),
      ann.refusal('chat.removeMember', { room, user: ben.id }),
      ann.refusal('chat.setMemberRole', { room, user: ben.id, role: 'admin' }),
      ann.refusal('chat.leave', { room }),
      ann.refusal('chat.createInvite', { room }),
    ];
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['permissionDenied']));
  });
});

describe('the list', () => {
  test('lists the most recently active room first, with its last message shortened', async () => {
    const [me, other] = await world.people('lister', 'talker');
    const [first, second] = [await other.group('First', me), await other.group('Second', me)];
    world.clock.time += 1_000;
    const offset = await other.say(first, `hello ${'x'.repeat(400)}`);
    const { rooms } = await me.call('chat.rooms', {});
    expect(rooms.map(({ id }) => id)).toEqual([first, second]);
    expect(rooms[0]).toMatchObject({ unread: 1, top: 2, activeAt: world.clock.time });
    expect(rooms[0]?.lastMessage).toMatchObject({ offset, sender: other.id, text: `hello ${'x'.repeat(194)}` });
    expect(rooms[1]).toMatchObject({ unread: 0, lastMessage: null });
    world.clock.time += 1_000;
    const third = await other.group('Third');
    await other.call('chat.addMembers', { room: third, users: [me.id] });
    expect((await idsOf(me))[0]).toBe(third);
  });

  test('is paged, each page in one read, without gaps or repeats', async () => {
    const [me] = await world.people('collector');
    const made: string[] = [];
    for (let index = 0; index < 230; index += 1) {
      world.clock.time += index % 3;
      made.push(await me.group(`Room ${index}`));
    }
    const pages: string[][] = [];
    let after: string | undefined;
    world.reads.length = 0;
    do {
      const { rooms, next } = await me.call('chat.rooms', after === undefined ? {} : { after });
      pages.push(rooms.map(({ id }) => id));
      after = next ?? undefined;
    } while (after !== undefined);
    expect(pages.map((page) => page.length)).toEqual([100, 100, 30]);
    expect(pages.flat().toSorted()).toEqual(made.toSorted());
    expect(world.reads).toHaveLength(3);
    expect(await me.refusal('chat.rooms', { after: 'nonsense' })).toBe('invalidInput after');
  });

  test('PE2, CH2 a room is not found by non-members, whatever they ask', async () => {
    const room = await ann.group('Private', ben);
    const offset = await ann.say(room, 'secret');
    const refusals = [
      cy.refusal('chat.room', { room }),
      cy.refusal('chat.members', { room }),
      cy.refusal('chat.rename', { room, title: 'x' }),
      cy.refusal('chat.addMembers', { room, users: [cy.id] }),
      cy.refusal('chat.removeMember', { room, user: ben.id }),
      cy.refusal('chat.setMemberRole', { room, user: cy.id, role: 'owner' }),
      cy.refusal('chat.leave', { room }),
      cy.refusal('chat.createInvite', { room }),
      cy.refusal('chat.invites', { room }),
      cy.refusal('chat.revokeInvite', { room, code: 'x'.repeat(24) }),
      cy.refusal('chat.send', { room, key: 'some-key', text: 'x' }),
      cy.refusal('chat.edit', { room, offset, text: 'x' }),
      cy.refusal('chat.recall', { room, offset }),
      cy.refusal('chat.react', { room, offset, emoji: '👍', on: true }),
      cy.refusal('chat.history', { room }),
      cy.refusal('chat.read', { room, offset }),
      cy.refusal('chat.readers', { room }),
      cy.refusal('chat.typing', { room }),
      ann.refusal('chat.history', { room: 'no-such-room' }),
    ];
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['notFound']));
  });
});

describe('the group everyone is in', () => {
  test('belongs to the owner of the installation; later registrations join it, guests do not', async () => {
    const fresh = new World();
    try {
      const early = await fresh.person('early');
      const owner = await fresh.person('owner', 'owner');
      const [later, another] = await fresh.people('later', 'another');
      const guest = await fresh.person('visitor', 'guest');
      await fresh.welcome(early);
      await Promise.all([fresh.welcome(owner), fresh.welcome(owner)]);
      await Promise.all([fresh.welcome(later), fresh.welcome(another), fresh.welcome(guest), fresh.welcome(later)]);
      const [general] = (await owner.call('chat.rooms', {})).rooms;
      expect(general).toMatchObject({ title: 'General', role: 'owner', memberCount: 3 });
      expect(await idsOf(later)).toEqual([general?.id ?? '']);
      expect([...(await idsOf(guest)), ...(await idsOf(early))]).toEqual([]);
    } finally {
      await fresh.close();
    }
  });
});
