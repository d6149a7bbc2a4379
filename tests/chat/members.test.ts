import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { liveChannel, roomChannel } from '../../src/contracts/chat/events.ts';
import { type Person, World } from './world.ts';

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

const rolesOf = async (person: Person) => {
  const { members } = await person.call('chat.members', { room });
  return members.map(({ user, role }) => `${user.replace('id-of-', '')} ${role}`);
};
const ownersIn = async () =>
  (await world.rows(`SELECT user_id FROM chat_members WHERE room_id = ? AND role = 'owner'`, room)).length;

describe('changing members', () => {
  test('adding skips existing members and makes one line in the timeline', async () => {
    await ann.call('chat.addMembers', { room, users: [ben.id, cy.id, cy.id, di.id] });
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    expect(await rolesOf(cy)).toEqual(['ann owner', 'ben member', 'cy member', 'di member']);
    expect((await world.log(room)).map(({ event }) => event)).toMatchObject([
      { type: 'created' },
      { type: 'joined', by: ann.id, users: [cy.id, di.id] },
    ]);
    expect(await ben.refusal('chat.addMembers', { room, users: [cy.id] })).toBe('permissionDenied');
    expect(await ann.refusal('chat.addMembers', { room, users: ['nobody'] })).toBe('invalidInput users');
  });

  test('the owner assigns roles and transfers the group', async () => {
    const give = (by: Person, to: Person, role: 'owner' | 'admin' | 'member') =>
      by.refusal('chat.setMemberRole', { room, user: to.id, role });
    expect(await give(ben, ben, 'admin')).toBe('permissionDenied');
    expect(await give(ann, cy, 'admin')).toBe('notFound user');
    expect(await give(ann, ann, 'member')).toBe('conflict');
    expect(await give(ann, ben, 'admin')).toBe('answered {}');
    expect(await give(ben, ben, 'owner')).toBe('permissionDenied');
    expect(await give(ann, ben, 'owner')).toBe('answered {}');
    expect(await rolesOf(ann)).toEqual(['ann admin', 'ben owner']);
    expect(await give(ann, ben, 'member')).toBe('permissionDenied');
    expect(await give(ben, ben, 'owner')).toBe('answered {}');
  });

  test('a gained or lost role takes effect at once', async () => {
    await ben.say(room, 'warms the cache');
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    await ben.call('chat.rename', { room, title: 'By Ben' });
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'member' });
    expect(await ben.refusal('chat.rename', { room, title: 'Again' })).toBe('permissionDenied');
    const offset = await ben.say(room, 'of a member');
    expect(await ann.refusal('chat.edit', { room, offset, text: 'x' })).toBe('permissionDenied');
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'owner' });
    expect(await ann.refusal('chat.recall', { room, offset })).toBe('permissionDenied');
  });

  test('the owner cannot leave before transferring the group, unless alone', async () => {
    expect(await ann.refusal('chat.leave', { room })).toBe('conflict');
    await ben.call('chat.leave', { room });
    await ann.call('chat.leave', { room });
    expect(await ann.refusal('chat.room', { room })).toBe('notFound');
  });

  test('CH9 a disabled person cannot become owner', async () => {
    await world.setDisabled(ben, true);
    const refused = await ann.refusal('chat.setMemberRole', { room, user: ben.id, role: 'owner' });
    await world.setDisabled(ben, false);
    expect(refused).toBe('invalidInput user');
  });

  test('the member list is paged', async () => {
    const crowd = await Promise.all(Array.from({ length: 449 }, (_, index) => world.person(`crowd-${index}`)));
    room = await ann.group('Crowd', ...crowd);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: { members: { user: string }[]; next: string | null } = await ann.call('chat.members', {
        room,
        ...(after !== null && { after }),
      });
      expect(page.members.length).toBeLessThanOrEqual(200);
      seen.push(...page.members.map(({ user }) => user));
      after = page.next;
    } while (after !== null);
    expect(new Set(seen).size).toBe(450);
    expect(seen).toHaveLength(450);
  });
});

describe('CH9 a group whose owner is disabled', () => {
  let boss: Person;
  beforeAll(async () => {
    boss = await world.person('boss', 'admin');
  });
  afterEach(async () => {
    for (const person of [ann, ben]) await world.setDisabled(person, false);
  });
  const take = (by: Person, to = by, role: 'owner' | 'admin' = 'owner') =>
    by.refusal('chat.setMemberRole', { room, user: to.id, role });

  test('gets a new owner from its admins, whose last one stays admin, also where a cache knew otherwise', async () => {
    await ann.call('chat.addMembers', { room, users: [cy.id, di.id] });
    await ann.call('chat.setMemberRole', { room, user: cy.id, role: 'admin' });
    expect(await take(cy)).toBe('permissionDenied');
    const offset = await di.say(room, 'caches the roles');
    await ann.call('chat.rename', { room, title: 'Known' });
    await world.setDisabled(ann, true);
    expect(await take(ben)).toBe('permissionDenied');
    expect(await take(cy, di, 'admin')).toBe('permissionDenied');
    expect(await take(cy, di)).toBe('answered {}');
    expect(await rolesOf(di)).toEqual(['ann admin', 'ben member', 'cy admin', 'di owner']);
    await world.setDisabled(ann, false);
    expect(await ann.refusal('chat.recall', { room, offset })).toBe('permissionDenied');
    expect(await take(ann)).toBe('permissionDenied');
  });

  test('without admins, is taken over by the longest-standing active member', async () => {
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    await ann.call('chat.addMembers', { room, users: [di.id] });
    for (const person of [ann, ben]) await world.setDisabled(person, true);
    expect(await take(di)).toBe('permissionDenied');
    expect(await take(cy)).toBe('answered {}');
    expect(await rolesOf(cy)).toEqual(['ann admin', 'ben member', 'cy owner', 'di member']);
  });

  test('is taken over by an installation admin who is a member', async () => {
    await world.setDisabled(ann, true);
    expect(await take(boss)).toBe('notFound');
    await world.setDisabled(ann, false);
    await ann.call('chat.addMembers', { room, users: [boss.id] });
    expect(await take(boss)).toBe('permissionDenied');
    await world.setDisabled(ann, true);
    expect(await take(boss)).toBe('answered {}');
    expect(await ownersIn()).toBe(1);
  });

  test.each(['one', 'two'])('on %s node, two concurrent takeovers leave one owner', async (node) => {
    await ann.call('chat.addMembers', { room, users: [cy.id, di.id] });
    for (const person of [cy, di]) await ann.call('chat.setMemberRole', { room, user: person.id, role: 'admin' });
    await world.setDisabled(ann, true);
    const answers = await Promise.all([take(cy), take(node === 'one' ? di : di.on(world.secondNode()))]);
    expect(answers.toSorted()).toEqual(['answered {}', 'permissionDenied']);
    expect(await ownersIn()).toBe(1);
  });
});

describe('races, on one node and on two', () => {
  const nodes = ['one', 'two'] as const;
  /** The same person on another node, in the second round. */
  const on = (node: (typeof nodes)[number], person: Person) =>
    node === 'one' ? person : person.on(world.secondNode());

  test.each([...nodes])(
    '%s: the owner transfers while the next owner leaves: there is always one owner',
    async (node) => {
      for (let round = 0; round < 5; round += 1) {
        room = await ann.group('Race', ben, cy);
        await Promise.all([
          ann.refusal('chat.setMemberRole', { room, user: ben.id, role: 'owner' }),
          on(node, ben).refusal('chat.leave', { room }),
          cy.refusal('chat.leave', { room }),
        ]);
        expect(await ownersIn()).toBe(1);
      }
    },
  );

  test.each([...nodes])('%s: both leave at once: the owner is refused, or is alone and may leave', async (node) => {
    for (let round = 0; round < 5; round += 1) {
      room = await ann.group('Race', ben);
      await Promise.all([ann.refusal('chat.leave', { room }), on(node, ben).refusal('chat.leave', { room })]);
      const [row] = await world.rows('SELECT member_count FROM chat_rooms WHERE id = ?', room);
      expect(await ownersIn()).toBe(Number(row?.member_count));
    }
  });

  test.each([...nodes])('%s: two admins remove each other: one of them remains', async (node) => {
    room = await ann.group('Race', ben, cy);
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    await Promise.all([
      ann.refusal('chat.removeMember', { room, user: ben.id }),
      on(node, ben).refusal('chat.removeMember', { room, user: cy.id }),
      on(node, cy).refusal('chat.leave', { room }),
    ]);
    expect(await rolesOf(ann)).toEqual(['ann owner']);
    const left = (await world.log(room)).filter(({ event }) => event.type === 'left' || event.type === 'removed');
    expect(left).toHaveLength(2);
  });

  test('an admin who loses the role while adding a person adds nobody', async () => {
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    await ben.say(room, 'known as admin');
    const [, adding] = await Promise.all([
      ann.call('chat.setMemberRole', { room, user: ben.id, role: 'member' }),
      ben.refusal('chat.addMembers', { room, users: [cy.id] }),
    ]);
    expect(adding).toBe('permissionDenied');
  });

  test.each([...nodes])('%s: ten concurrent calls add twenty people', async (node) => {
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, index) => world.person(`${node}-${index}`)));
    const other = on(node, ann);
    await Promise.all(
      crowd.map(({ id }, index) => (index % 2 === 0 ? ann : other).call('chat.addMembers', { room, users: [id] })),
    );
    const [row] = await world.rows('SELECT member_count FROM chat_rooms WHERE id = ?', room);
    expect(row).toEqual({ member_count: 22 });
  });
});

describe('PE3 on live connections', () => {
  test('an added member is subscribed to the room and notified', async () => {
    const device = await cy.connect();
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    await device.publication(`user:${cy.id}`, ({ type }: { type: string }) => type === 'room.entered');
    await device.until(({ push }) => push?.channel === roomChannel(room) && push.subscribe !== undefined);
    await ann.say(room, 'welcome');
    await device.publication(roomChannel(room), ({ text }: { text?: string }) => text === 'welcome');
    device.close();
  });

  test('a removed member receives nothing more from any channel of the room, and cannot resubscribe', async () => {
    const device = await ben.connect();
    await device.ask({ subscribe: { channel: liveChannel(room) } });
    await ann.call('chat.removeMember', { room, user: ben.id });
    await device.publication(`user:${ben.id}`, ({ type }: { type: string }) => type === 'room.exited');
    await ann.say(room, 'behind his back');
    await ann.call('chat.typing', { room });
    for (const channel of [roomChannel(room), liveChannel(room)]) {
      expect(await device.ask({ subscribe: { channel } })).toMatchObject({ error: { code: 103 } });
      expect(JSON.stringify(device.published(channel))).not.toContain('behind');
    }
    expect(device.published(liveChannel(room))).toEqual([]);
    expect(await ben.refusal('chat.send', { room, key: 'some-key', text: 'x' })).toBe('notFound');
    device.close();
  });

  test('PE4 members cannot publish directly', async () => {
    const device = await ann.connect();
    // Typing and read marks have no history.
    for (const [channel, code] of [
      [roomChannel(room), 103],
      [liveChannel(room), 108],
    ] as const) {
      expect(await device.ask({ publish: { channel, data: {} } })).toMatchObject({ error: { code: 103 } });
      expect(await device.ask({ history: { channel, limit: 1 } })).toMatchObject({ error: { code } });
    }
    device.close();
  });

  test('a connection starts in the 100 most recently active rooms', async () => {
    const [me] = await world.people('everywhere');
    const made: string[] = [];
    for (let index = 0; index < 105; index += 1) {
      world.clock.time += 1;
      made.push(await me.group(`Room ${index}`));
    }
    const device = await me.connect();
    const reply = device.messages[0] as { connect?: { subs: Record<string, unknown> } };
    const rooms = Object.keys(reply.connect?.subs ?? {}).filter((channel) => channel.startsWith('room:'));
    expect(new Set(rooms)).toEqual(new Set(made.slice(5).map(roomChannel)));
    device.close();
  });
});
