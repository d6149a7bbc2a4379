import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Member, RoomSummary, TimelineEntry } from '../../src/contracts/chat/contract.ts';
import { roomChannel, type UserRoomEvent } from '../../src/contracts/chat/events.ts';
import { ClientError } from '../../src/core/errors.ts';
import {
  applyRead,
  applyToMembers,
  applyToRoom,
  type RoomItem,
  toRoomItem,
} from '../../src/features/chat/room-state.ts';
import { applyRoomEvents, EMPTY_TIMELINE, type RoomPublication } from '../../src/features/chat/state.ts';
import type { TestConnection } from './connection.ts';
import { type Act, acts, perform } from './random-acts.ts';
import { type Person, World } from './world.ts';

const RUNS = 12;

describe('CH1 after random concurrent actions', () => {
  let world: World;
  beforeAll(() => {
    world = new World();
  });
  afterAll(() => world.close());

  test(
    'the tables, the responses and the screens equal the fold of the log',
    async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(acts, acts, async (first, second) => {
          run += 1;
          const people = await world.people(`ann-${run}`, `ben-${run}`, `cy-${run}`, `di-${run}`);
          await people[0].group('Tea', people[1]);
          await performAll(world, people, first);
          const screens = await Promise.all(people.map(openScreen));
          await performAll(world, people, second);
          for (const room of await roomsOf(people)) await checkRoom(world, room, people);
          for (const screen of screens) await checkScreen(world, screen);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    { timeout: 60_000 },
  );
});

/** Five at a time, concurrently. */
async function performAll(world: World, people: readonly Person[], taken: readonly Act[]): Promise<void> {
  for (let index = 0; index < taken.length; index += 5) {
    const burst = taken.slice(index, index + 5).map((act) => perform(world, people, act));
    for (const outcome of await Promise.allSettled(burst)) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof ClientError)) throw outcome.reason;
      if (outcome.status === 'rejected') expect(outcome.reason.kind).not.toBe('internal');
    }
  }
}

async function roomsOf(people: readonly Person[]): Promise<Set<string>> {
  const lists = await Promise.all(people.map((person) => person.call('chat.rooms', {})));
  return new Set(lists.flatMap(({ rooms }) => rooms.map(({ id }) => id)));
}

async function checkRoom(world: World, room: string, people: readonly Person[]): Promise<void> {
  const log = await world.log(room);
  expect(log.map(({ offset }) => offset)).toEqual(log.map((_, index) => index + 1));
  const { entries } = applyRoomEvents({ ...EMPTY_TIMELINE, hasAfter: false }, log);
  const members = log.reduce<readonly Member[]>(applyToMembers, []);
  const [stored] = await world.rows('SELECT * FROM chat_rooms WHERE id = ?', room);
  expect(stored).toMatchObject({ member_count: members.length, top: log.length });
  expect(await storedMembers(world, room)).toEqual(inOrder(members));
  await checkRemovals(world, room, log);
  await checkCounters(world, room, entries);
  const owners = members.filter(({ role }) => role === 'owner');
  expect(owners).toHaveLength(stored?.kind === 'group' && members.length > 0 ? 1 : 0);
  const member = people.find(({ id }) => members.some(({ user }) => user === id));
  if (member !== undefined) expect(await wholeHistory(member, room)).toEqual([...entries]);
}

const inOrder = (members: readonly Member[]) => members.toSorted((a, b) => (a.user < b.user ? -1 : 1));

async function storedMembers(world: World, room: string): Promise<Member[]> {
  const columns = 'user_id AS user, role, joined_at AS joinedAt';
  const rows = await world.rows(`SELECT ${columns} FROM chat_members WHERE room_id = ? ORDER BY user_id`, room);
  return rows as unknown as Member[];
}

async function checkRemovals(world: World, room: string, log: readonly RoomPublication[]): Promise<void> {
  const removals = new Map(log.flatMap(({ event }) => (event.type === 'removed' ? [[event.user, event.at]] : [])));
  const rows = await world.rows('SELECT * FROM chat_removals WHERE room_id = ?', room);
  expect(new Map(rows.map((row) => [row.user_id, row.removed_at]))).toEqual(removals as never);
}

async function checkCounters(world: World, room: string, entries: readonly TimelineEntry[]): Promise<void> {
  const rows = await world.rows('SELECT * FROM chat_messages WHERE room_id = ? ORDER BY message_offset', room);
  const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  expect(rows.map((row) => [row.message_offset, row.emoji_count, row.reaction_count])).toEqual(
    messages.map(({ offset, reactions }) => [offset, reactions.length, reactions.flatMap(({ users }) => users).length]),
  );
}

/** Read in pages of three, as a screen does when scrolling up. */
async function wholeHistory(person: Person, room: string): Promise<TimelineEntry[]> {
  let page = await person.call('chat.history', { room, limit: 3 });
  expect(page.hasAfter).toBe(false);
  const entries = [...page.entries];
  while (page.hasBefore) {
    const [first] = page.entries;
    const before = first?.kind === 'message' ? first.message.offset : (first?.offset ?? 1);
    page = await person.call('chat.history', { room, limit: 3, before });
    expect(page.hasAfter).toBe(true);
    entries.unshift(...page.entries);
  }
  return entries;
}

/** A device that loaded its list once and only listens from then on. */
type Screen = {
  readonly person: Person;
  readonly connection: TestConnection;
  readonly items: readonly RoomItem[];
};

async function openScreen(person: Person): Promise<Screen> {
  const connection = await person.connect();
  const { rooms } = await person.call('chat.rooms', {});
  return { person, connection, items: rooms.map(toRoomItem) };
}

async function checkScreen(world: World, { person, connection, items }: Screen): Promise<void> {
  // The last publication to everyone: earlier ones have arrived by then.
  await world.node.publish(`user:${person.id}`, '{"type":"end"}');
  await connection.publication(`user:${person.id}`, ({ type }: { type: string }) => type === 'end');
  for (const { summary } of items) {
    const stays = connection.published(`user:${person.id}`).every((event) => !isAbout(event as never, summary.id));
    const now = stays ? await person.call('chat.room', { room: summary.id }) : undefined;
    if (now !== undefined) expect(await folded(connection, summary, person)).toEqual(now);
  }
  connection.close();
}

function isAbout(event: UserRoomEvent, room: string): boolean {
  return event.type !== 'room.read' && event.room === room;
}

/** Read marks and publications as received over the connection. */
async function folded(connection: TestConnection, summary: RoomSummary, { id }: Person): Promise<RoomSummary> {
  let item = toRoomItem(summary);
  for (const { push } of connection.messages) {
    if (push?.pub === undefined) continue;
    const event = push.pub.data as UserRoomEvent;
    if (push.channel === roomChannel(summary.id)) {
      item = applyToRoom(item, { offset: push.pub.offset ?? 0, event: push.pub.data as never }, id);
    } else if (push.channel === `user:${id}` && event.type === 'room.read' && event.room === summary.id) {
      item = applyRead(item, event);
    }
  }
  return item.summary;
}
