import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { NO_CHAT_RATES } from '../../src/features/chat/chat-rates.ts';
import { serverErrorsZh } from '../../src/ui/locale-errors.ts';
import { type Person, World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const RATES = {
  messagesPerMinute: 40,
  roomMessagesPerMinute: 20,
  roomsPerHour: 6,
  addsPerHour: 8,
  pairAddsPerHour: 3,
  invitesPerHour: 4,
};

let world: World;
let ann: Person;
let ben: Person;

beforeEach(async () => {
  world = new World(RATES);
  [ann, ben] = await world.people('ann', 'ben');
});
afterEach(() => world.close());

/** How many of the attempts succeeded. */
async function passed(tries: number, act: (index: number) => Promise<string>): Promise<number> {
  let count = 0;
  for (let index = 0; index < tries; index += 1) {
    const answer = await act(index);
    if (answer.startsWith('answered')) count += 1;
    else expect(answer).toBe('tooManyRequests');
  }
  return count;
}

const key = () => crypto.randomUUID();

describe('CH11 a flooding member', () => {
  test('cannot create a thousand groups with a stranger in them', async () => {
    const make = () => ann.refusal('chat.createGroup', { title: 'x', members: [ben.id], key: key() });
    expect(await passed(100, make)).toBe(RATES.pairAddsPerHour);
    expect((await ben.call('chat.rooms', {})).rooms).toHaveLength(RATES.pairAddsPerHour);
    world.clock.time += HOUR_MS;
    expect(await passed(10, make)).toBe(RATES.pairAddsPerHour);
  });

  test('cannot send two thousand messages, to one room or to many', async () => {
    const rooms = [await ann.group('one', ben), await ann.group('two'), await ann.group('three')];
    const say = (room: string) => () => ann.refusal('chat.send', { room, text: 'spam', key: key() });
    expect(await passed(200, say(rooms[0] as string))).toBe(RATES.roomMessagesPerMinute / 2);
    expect(await passed(200, say(rooms[1] as string))).toBe(RATES.roomMessagesPerMinute / 2);
    expect(await passed(200, say(rooms[2] as string))).toBe(0);
    // Others are not affected.
    expect(await passed(1, () => ben.refusal('chat.send', { room: rooms[0] as string, text: 'hi', key: key() }))).toBe(
      1,
    );
    world.clock.time += MINUTE_MS;
    expect(await passed(200, say(rooms[0] as string))).toBe(RATES.roomMessagesPerMinute / 2);
  });

  test('is limited in edits, reactions and recalls as in messages', async () => {
    const room = await ann.group('one', ben);
    const offset = await ann.say(room, 'hello');
    const change = (index: number) => {
      if (index % 3 === 0) return ann.refusal('chat.edit', { room, offset, text: `edit ${index}` });
      if (index % 3 === 1) return ann.refusal('chat.react', { room, offset, emoji: '👍', on: index % 2 === 0 });
      return ann.refusal('chat.rename', { room, title: `title ${index}` });
    };
    expect(await passed(60, change)).toBe(RATES.roomMessagesPerMinute / 2 - 1);
  });

  test('is limited per hour in new rooms, members added and invitations', async () => {
    expect(await passed(20, (n) => ann.refusal('chat.createGroup', { title: `t${n}`, members: [], key: key() }))).toBe(
      RATES.roomsPerHour,
    );
    expect(await ann.refusal('chat.openDirect', { user: ben.id })).toBe('tooManyRequests');
    world.clock.time += HOUR_MS;
    const room = await ann.group('people');
    const crowd = await Promise.all(Array.from({ length: 12 }, (_, index) => world.person(`p${index}`)));
    const add = (index: number) => ann.refusal('chat.addMembers', { room, users: [crowd[index]?.id ?? ''] });
    expect(await passed(12, add)).toBe(RATES.addsPerHour);
    expect(await passed(10, () => ann.refusal('chat.createInvite', { room }))).toBe(RATES.invitesPerHour);
  });

  test('pays little or nothing for calls that repeat, change nothing or fail for another reason', async () => {
    const input = { title: 'same', members: [ben.id], key: key() };
    for (let round = 0; round < 20; round += 1) await ann.call('chat.createGroup', input);
    for (let round = 0; round < 20; round += 1) await ann.call('chat.openDirect', { user: ben.id });
    const room = (await ann.call('chat.createGroup', input)).id;
    for (let round = 0; round < 20; round += 1) await ann.call('chat.addMembers', { room, users: [ben.id] });
  });

  test('pays nothing for a call that is refused as a whole', async () => {
    const crowd = await Promise.all(Array.from({ length: 9 }, (_, index) => world.person(`p${index}`)));
    const make = (people: readonly Person[]) =>
      ann.refusal('chat.createGroup', { title: 'x', members: people.map(({ id }) => id), key: key() });
    for (let round = 0; round < 20; round += 1) expect(await make(crowd)).toBe('tooManyRequests');
    expect(await make(crowd.slice(1))).toContain('answered');
  });

  test('gets each refusal in Chinese too', async () => {
    const words = new Set<string>();
    const hear = (promise: Promise<unknown>) =>
      promise.catch(({ message }) => words.add(message.replace(/\d+/, '{{number}}')));
    const room = await ann.group('first');
    const others = await Promise.all(Array.from({ length: 9 }, (_, index) => world.person(`q${index}`)));
    for (let index = 0; index < 12; index += 1) {
      await hear(ann.say(room, 'x'));
      await hear(ann.call('chat.createInvite', { room }));
      if (index < 4) await hear(ann.group('x', ben));
      if (index >= 4) await hear(ann.group('y'));
    }
    await hear(ann.call('chat.addMembers', { room, users: others.map(({ id }) => id) }));
    expect(words.size).toBe(5);
    expect([...words].filter((each) => serverErrorsZh[each] === undefined)).toEqual([]);
  });

  test('is told when to retry', async () => {
    for (let index = 0; index < 3; index += 1) await ann.group(`g${index}`, ben);
    const input = { title: 'x', members: [ben.id], key: key() };
    const error = await ann.call('chat.createGroup', input).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 429, kind: 'tooManyRequests', temporary: true, retryAfter: 1_200 });
    expect(error.message).toBe('too many chats with the same person; try again in 1200 s');
  });

  test('may do ten times as much as owner or admin, or as a program acting as one', async () => {
    const owner = await world.person('owner', 'owner');
    const make = () => owner.refusal('chat.createGroup', { title: 'x', members: [ben.id], key: key() });
    expect(await passed(40, make)).toBe(RATES.pairAddsPerHour * 10);
  });

  test('is not limited where the limit is 0', async () => {
    const free = new World(NO_CHAT_RATES);
    const [cy] = await free.people('cy');
    for (let index = 0; index < 100; index += 1) await cy.group(`g${index}`);
    await free.close();
  });
});

describe('CH12 a person who left a group', () => {
  test('is not added back by anyone, and can return by an invitation', async () => {
    const room = await ann.group('one', ben);
    await ben.call('chat.leave', { room });
    expect(await ann.refusal('chat.addMembers', { room, users: [ben.id] })).toBe('permissionDenied users');
    const { code } = await ann.call('chat.createInvite', { room });
    await ben.call('chat.joinByInvite', { code });
    await ann.call('chat.removeMember', { room, user: ben.id });
    // Now another person removed them: CH8 applies.
    await ann.call('chat.addMembers', { room, users: [ben.id] });
    expect((await ben.call('chat.room', { room })).id).toBe(room);
  });

  test('is not added back when leaving and adding race', async () => {
    const room = await ann.group('one', ben);
    let left = false;
    world.afterRead = async (sql) => {
      if (left || !sql.includes('chat_departures')) return;
      left = true;
      await ben.call('chat.leave', { room });
    };
    const answer = await ann.refusal('chat.addMembers', { room, users: [ben.id] });
    expect([left, answer]).toEqual([true, 'tooManyRequests']);
    expect(await ben.refusal('chat.room', { room })).toBe('notFound');
  });
});

describe('AU13 a person who accepts no strangers', () => {
  const shy = (person: Person) => person.call('accounts.updateProfile', { addedBy: 'known' });

  test('is added to groups and messaged only by people who share a chat with them', async () => {
    expect((await shy(ben)).addedBy).toBe('known');
    const group = { title: 'x', members: [ben.id], key: key() };
    expect(await ann.refusal('chat.createGroup', group)).toBe('permissionDenied members');
    expect(await ann.refusal('chat.openDirect', { user: ben.id })).toBe('permissionDenied user');
    const room = await ann.group('mine');
    expect(await ann.refusal('chat.addMembers', { room, users: [ben.id] })).toBe('permissionDenied users');
    const { code } = await ann.call('chat.createInvite', { room });
    await ben.call('chat.joinByInvite', { code });
    expect((await ann.call('chat.openDirect', { user: ben.id })).peer).toBe(ben.id);
    await ann.call('chat.createGroup', group);
  });

  test('does not count the group everyone is in as a shared chat', async () => {
    const owner = await world.person('owner', 'owner');
    for (const person of [owner, ann, ben]) await world.welcome(person);
    await shy(ben);
    expect(await ann.refusal('chat.openDirect', { user: ben.id })).toBe('permissionDenied user');
  });

  test('can open chats with others, and keep using existing ones', async () => {
    const before = await ann.call('chat.openDirect', { user: ben.id });
    await shy(ben);
    expect((await ann.call('chat.openDirect', { user: ben.id })).id).toBe(before.id);
    const [cy] = await world.people('cy');
    await ben.call('chat.openDirect', { user: cy.id });
    expect(await cy.group('two', ben)).toBeString();
  });
});

describe('CH10 a message without visible characters', () => {
  // Zero width space, word joiner, Hangul filler, RLO, soft hyphen, blank Braille, grapheme joiner.
  test.each(['\u200b', '\u2060', '\u3164', '\u202e', '\u00ad', '\u2800', '\u034f', ' \u200b\n\u3164 '])(
    '%j is refused as empty, in an edit too',
    async (text) => {
      const room = await ann.group('one');
      expect(await ann.refusal('chat.send', { room, text, key: key() })).toBe('invalidInput text');
      const offset = await ann.say(room, 'a');
      expect(await ann.refusal('chat.edit', { room, offset, text })).toBe('invalidInput text');
    },
  );
});

describe('AU12 a group', () => {
  test("cannot take a title that looks like a person's handle", async () => {
    const create = (title: string) => ann.refusal('chat.createGroup', { title, members: [], key: key() });
    await world.sql.write([{ sql: "UPDATE users SET handle_look = 'ben' WHERE handle = 'ben'", params: [] }]);
    for (const title of ['bеn', 'ben.', 'bеn.']) expect(await create(title)).toBe('invalidInput title');
    const room = await ann.group('Ben');
    expect(await ann.refusal('chat.rename', { room, title: 'Bеn' })).toBe('invalidInput title');
  });
});
