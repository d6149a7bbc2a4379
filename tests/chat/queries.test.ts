import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chatContract } from '../../src/contracts/chat/contract.ts';
import { type Person, World } from './world.ts';

let world: World;
const called = new Set<string>();

beforeAll(async () => {
  world = new World();
  const people = await world.people('ann', 'ben', 'cy');
  for (const person of [await world.person('owner', 'owner'), ...people]) await world.welcome(person);
  await useEverything(people.map(recorded) as [Person, Person, Person]);
  (await people[0].connect()).close();
});
afterAll(() => world.close());

/** Records which operations are called. */
function recorded(person: Person): Person {
  const call = person.call.bind(person);
  person.call = (name, input) => {
    called.add(name);
    return call(name, input);
  };
  return person;
}

async function useEverything([ann, ben, cy]: readonly [Person, Person, Person]): Promise<void> {
  const room = await ann.group('Tea', ben);
  await ann.call('chat.openDirect', { handle: 'ben' });
  await (await world.person('guest', 'guest')).refusal('chat.openDirect', { user: ann.id });
  await ann.call('chat.rename', { room, title: 'Coffee' });
  await ann.call('chat.removeAvatar', { room });
  const offset = await ben.say(room, 'hello');
  await ann.say(room, 'hi', offset);
  await ben.call('chat.edit', { room, offset, text: 'Hello' });
  for (const on of [true, false, true]) await ann.call('chat.react', { room, offset, emoji: '👍', on });
  for (const edge of [{}, { before: 4 }, { after: 1 }, { around: offset }])
    await ann.call('chat.history', { room, ...edge });
  await ann.call('chat.recall', { room, offset });
  await ann.call('chat.read', { room, offset });
  await ann.call('chat.readers', { room });
  await ann.call('chat.typing', { room });
  await ann.call('chat.settings', {});
  const { rooms } = await ann.call('chat.rooms', {});
  await ann.call('chat.rooms', { after: `${rooms[0]?.activeAt}.${rooms[0]?.id}` });
  await ann.call('chat.room', { room });
  await ann.call('chat.members', { room, after: '1.a' });
  const { code } = await ann.call('chat.createInvite', { room, uses: 2 });
  await cy.call('chat.inviteInfo', { code });
  await cy.call('chat.joinByInvite', { code });
  await ann.call('chat.invites', { room });
  await ann.call('chat.revokeInvite', { room, code });
  await ann.call('chat.removeMember', { room, user: cy.id });
  await ann.call('chat.addMembers', { room, users: [cy.id] });
  await ann.call('chat.setMemberRole', { room, user: cy.id, role: 'owner' });
  await world.setDisabled(cy, true);
  await ann.call('chat.setMemberRole', { room, user: ann.id, role: 'owner' });
  await world.setDisabled(cy, false);
  await ann.call('chat.setMemberRole', { room, user: cy.id, role: 'owner' });
  for (const person of [ann, ben, cy]) await person.call('chat.leave', { room });
}

test('every operation was called', () => {
  const all = Object.values(chatContract).map(({ name }) => name);
  expect(all.filter((name) => !called.has(name) && !['chat.createGroup', 'chat.send'].includes(name))).toEqual([]);
});

test('no statement scans a table', async () => {
  const statements = [...new Set([...world.reads, ...world.writes])].filter((sql) => sql.includes('chat_'));
  expect(statements.length).toBeGreaterThan(30);
  for (const sql of statements) {
    const nothing = Array.from({ length: sql.split('?').length - 1 }, () => null as never);
    const plan = (await world.rows(`EXPLAIN QUERY PLAN ${sql}`, ...nothing)).map(({ detail }) => String(detail));
    // The scanned rows are those an inner query found by an index.
    const scans = plan.filter((step) =>
      /^SCAN (?!(page|newest|said|notices|both_kinds|entries|counted|CONSTANT ROW)\b)/.test(step),
    );
    expect({ sql, scans }).toEqual({ sql, scans: [] });
  }
});
