import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { liveChannel } from '../../src/contracts/chat/events.ts';
import { RECEIPTS_LIMIT } from '../../src/contracts/chat/limits.ts';
import { offsetOf } from '../../src/features/chat/state.ts';
import { type Person, World } from './world.ts';

let world: World;
let ann: Person;
let ben: Person;
let room: string;

beforeAll(async () => {
  world = new World();
  [ann, ben] = await world.people('ann', 'ben');
});
beforeEach(async () => {
  room = await ann.group('Tea', ben);
});
afterAll(() => world.close());

describe('history', () => {
  type Edge = { before?: number; after?: number; around?: number; limit?: number };
  const page = async (edge: Edge) => {
    const { entries, hasBefore, hasAfter, top } = await ben.call('chat.history', { room, ...edge });
    return { offsets: entries.map(offsetOf), hasBefore, hasAfter, top };
  };

  /** Entries at 1 (created), 2, 3, 5 (renamed), 6, 8; changes at 4, 7 and 9. */
  beforeEach(async () => {
    const first = await ann.say(room, 'at 2');
    await ben.say(room, 'at 3');
    await ann.call('chat.edit', { room, offset: first, text: 'at 2, edited' });
    await ann.call('chat.rename', { room, title: 'Coffee' });
    await ann.say(room, 'at 6', first);
    await ben.call('chat.react', { room, offset: first, emoji: '👍', on: true });
    await ben.say(room, 'at 8');
    await ben.call('chat.react', { room, offset: 8, emoji: '👍', on: true });
  });

  test('returns the newest first, and pages back to the beginning', async () => {
    expect(await page({ limit: 3 })).toEqual({ offsets: [5, 6, 8], hasBefore: true, hasAfter: false, top: 9 });
    expect(await page({ before: 5, limit: 2 })).toEqual({ offsets: [2, 3], hasBefore: true, hasAfter: true, top: 9 });
    expect(await page({ before: 2, limit: 2 })).toEqual({ offsets: [1], hasBefore: false, hasAfter: true, top: 9 });
    expect(await page({ before: 1 })).toEqual({ offsets: [], hasBefore: false, hasAfter: true, top: 9 });
    expect(await page({ before: 9, limit: 1 })).toMatchObject({ offsets: [8], hasAfter: false });
  });

  test('pages forward to the end', async () => {
    expect(await page({ after: 0, limit: 2 })).toEqual({ offsets: [1, 2], hasBefore: false, hasAfter: true, top: 9 });
    expect(await page({ after: 4, limit: 9 })).toEqual({
      offsets: [5, 6, 8],
      hasBefore: true,
      hasAfter: false,
      top: 9,
    });
    expect(await page({ after: 8 })).toEqual({ offsets: [], hasBefore: true, hasAfter: false, top: 9 });
    expect(await page({ after: 1_000 })).toEqual({ offsets: [], hasBefore: true, hasAfter: false, top: 9 });
  });

  test('pages in both directions around any offset, also one that is not an entry', async () => {
    expect(await page({ around: 5, limit: 2 })).toEqual({ offsets: [3, 5], hasBefore: true, hasAfter: true, top: 9 });
    expect(await page({ around: 4, limit: 4 })).toMatchObject({ offsets: [2, 3, 5, 6] });
    expect(await page({ around: 1, limit: 4 })).toMatchObject({ offsets: [1, 2], hasBefore: false, hasAfter: true });
    expect(await page({ around: 8, limit: 3 })).toMatchObject({ offsets: [6, 8], hasAfter: false });
    expect(await page({ around: 6, limit: 1 })).toMatchObject({ offsets: [6] });
  });

  test('includes edits, reactions and replies', async () => {
    const { entries } = await ben.call('chat.history', { room });
    expect(entries).toMatchObject([
      { kind: 'notice', offset: 1, event: { type: 'created', by: ann.id, users: [ann.id, ben.id] } },
      { message: { offset: 2, text: 'at 2, edited', reactions: [{ emoji: '👍', users: [ben.id] }] } },
      { message: { offset: 3 } },
      { kind: 'notice', offset: 5, event: { type: 'renamed', by: ann.id, title: 'Coffee' } },
      { message: { offset: 6, replyTo: { offset: 2, sender: ann.id, text: 'at 2, edited', recalled: false } } },
      { message: { offset: 8 } },
    ]);
  });

  test('takes one cursor, and is bounded', async () => {
    expect(await ben.refusal('chat.history', { room, before: 3, after: 1 })).toBe('invalidInput');
    expect(await ben.refusal('chat.history', { room, limit: 101 })).toBe('invalidInput limit');
    world.reads.length = 0;
    await ben.call('chat.history', { room });
    expect(world.reads.length).toBeLessThanOrEqual(3);
  });
});

describe('CH4 unread', () => {
  const unread = async (person: Person) => (await person.call('chat.room', { room })).unread;

  test("counts others' messages after the read offset only", async () => {
    await ben.say(room, 'own');
    const first = await ann.say(room, 'one');
    await ann.say(room, 'two');
    await ann.call('chat.rename', { room, title: 'Coffee' });
    await ann.call('chat.edit', { room, offset: first, text: 'uno' });
    expect(await unread(ben)).toBe(2);
    expect(await ben.call('chat.read', { room, offset: first })).toEqual({ readOffset: first, unread: 1, top: 6 });
    expect(await unread(ben)).toBe(1);
    expect(await unread(ann)).toBe(1);
  });

  test('never decreases the read offset, and never moves it past the end', async () => {
    const offset = await ann.say(room, 'one');
    expect(await ben.call('chat.read', { room, offset: 1_000 })).toEqual({
      readOffset: offset,
      unread: 0,
      top: offset,
    });
    expect(await ben.call('chat.read', { room, offset: 1 })).toEqual({ readOffset: offset, unread: 0, top: offset });
    await ann.say(room, 'two');
    expect(await unread(ben)).toBe(1);
  });

  test('starts at the join, on each join', async () => {
    for (let index = 0; index < 5; index += 1) await ann.say(room, String(index));
    const [cy] = await world.people(`newcomer-${room}`);
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    expect(await unread(cy)).toBe(0);
    await ann.say(room, 'welcome');
    expect(await unread(cy)).toBe(1);
    await ann.call('chat.removeMember', { room, user: cy.id });
    await ann.say(room, 'gone');
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    expect(await unread(cy)).toBe(0);
  });

  test('counts up to 100', async () => {
    await Promise.all(Array.from({ length: 130 }, (_, index) => ann.say(room, String(index))));
    expect(await unread(ben)).toBe(100);
    expect(await ben.call('chat.read', { room, offset: 40 })).toMatchObject({ unread: 91 });
  });

  test('stays cheap after 200,000 own messages', async () => {
    const own = `INSERT INTO chat_messages (room_id, message_offset, message_key, sender, text, sent_at)
      WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
      SELECT ?, n, 'key-' || n, ?, 'beep', 0 FROM numbers`;
    const twentyTimes = async () => {
      const start = performance.now();
      for (let round = 0; round < 20; round += 1) expect(await unread(ben)).toBe(0);
      return performance.now() - start;
    };
    const before = await twentyTimes();
    await world.sql.write([{ sql: own, params: [200_000, room, ben.id] }]);
    // Counting took 15 ms when it read all own messages; it takes well below 1 ms now.
    expect(await twentyTimes()).toBeLessThan(5 * before + 60);
    expect(await unread(ann)).toBe(100);
  });

  test('is counted within the newest 1,000 messages', async () => {
    await ann.say(room, 'too long ago');
    await Promise.all(Array.from({ length: 999 }, (_, index) => ben.say(room, String(index))));
    expect(await unread(ben)).toBe(1);
    await ben.say(room, 'one more');
    expect(await unread(ben)).toBe(0);
    await ann.say(room, 'new');
    expect(await unread(ben)).toBe(1);
  });

  test('is the same on all devices at once', async () => {
    const devices = [await ben.connect(), await ben.connect()];
    const offset = await ann.say(room, 'one');
    await ann.say(room, 'two');
    await ben.call('chat.read', { room, offset });
    for (const device of devices) {
      const told = await device.publication(`user:${ben.id}`, ({ type }: { type: string }) => type === 'room.read');
      expect(told).toEqual({ type: 'room.read', room, offset, unread: 1, top: offset + 1 });
      device.close();
    }
  });

  test('reading again notifies nobody', async () => {
    const device = await ben.connect();
    const offset = await ann.say(room, 'one');
    for (let index = 0; index < 3; index += 1) await ben.call('chat.read', { room, offset });
    await device.publication(`user:${ben.id}`, ({ type }: { type: string }) => type === 'room.read');
    const told = device.published(`user:${ben.id}`).filter((event) => (event as { room?: string }).room === room);
    expect(told).toHaveLength(1);
    device.close();
  });
});

describe('CH5 read receipts', () => {
  test('are sent live and returned on request', async () => {
    const device = await ann.connect();
    await device.ask({ subscribe: { channel: liveChannel(room) } });
    const offset = await ann.say(room, 'one');
    await ben.call('chat.read', { room, offset });
    const told = await device.publication(liveChannel(room), () => true);
    expect(told).toEqual({ type: 'read', user: ben.id, offset });
    expect(await ann.call('chat.readers', { room })).toEqual({ readers: [{ user: ben.id, joinedOffset: 1, offset }] });
    device.close();
  });

  test('do not cover messages from before a join, also after rejoining', async () => {
    const before = await ann.say(room, 'before');
    const [cy] = await world.people(`late-${room}`);
    const readBy = async () => {
      const { readers } = await ann.call('chat.readers', { room });
      return readers.find(({ user }) => user === cy.id);
    };
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    expect(await readBy()).toEqual({ user: cy.id, joinedOffset: before + 1, offset: before + 1 });
    const after = await ann.say(room, 'after');
    await cy.call('chat.read', { room, offset: after });
    expect(await readBy()).toEqual({ user: cy.id, joinedOffset: before + 1, offset: after });
    await ann.call('chat.removeMember', { room, user: cy.id });
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    expect(await readBy()).toEqual({ user: cy.id, joinedOffset: after + 2, offset: after + 2 });
  });

  test(`are not sent in rooms of more than ${RECEIPTS_LIMIT}`, async () => {
    const crowd = await Promise.all(
      Array.from({ length: RECEIPTS_LIMIT }, (_, index) => world.person(`reader-${index}`)),
    );
    room = await ann.group('Crowd', ...crowd.slice(1));
    expect((await ann.call('chat.readers', { room })).readers).toHaveLength(RECEIPTS_LIMIT - 1);
    await ann.call('chat.addMembers', { room, users: [crowd[0]?.id ?? ''] });
    expect(await ann.refusal('chat.readers', { room })).toBe('notAvailable');
    const device = await ann.connect();
    await device.ask({ subscribe: { channel: liveChannel(room) } });
    await crowd[1]?.call('chat.read', { room, offset: 2 });
    await crowd[1]?.call('chat.typing', { room });
    await device.publication(liveChannel(room), ({ type }: { type: string }) => type === 'typing');
    expect(device.published(liveChannel(room))).toHaveLength(1);
    device.close();
  });
});

test('typing is sent at most once in two seconds', async () => {
  const device = await ben.connect();
  await device.ask({ subscribe: { channel: liveChannel(room) } });
  for (let ms = 0; ms < 6_000; ms += 400) {
    await ann.call('chat.typing', { room });
    world.clock.time += 400;
  }
  await ben.call('chat.typing', { room });
  await device.publication(liveChannel(room), ({ user }: { user: string }) => user === ben.id);
  const told = device.published(liveChannel(room)) as { user: string }[];
  expect(told.map(({ user }) => user)).toEqual([ann.id, ann.id, ann.id, ben.id]);
  device.close();
});

test('typing is sent again right after a message, which clears the indicator', async () => {
  const device = await ben.connect();
  await device.ask({ subscribe: { channel: liveChannel(room) } });
  await ann.call('chat.typing', { room });
  await ann.say(room, 'one');
  await ann.call('chat.typing', { room });
  await ben.call('chat.typing', { room });
  await device.publication(liveChannel(room), ({ user }: { user: string }) => user === ben.id);
  const told = device.published(liveChannel(room)) as { user: string }[];
  expect(told.map(({ user }) => user)).toEqual([ann.id, ann.id, ben.id]);
  device.close();
});
