import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LIVE_ROOMS } from '../../src/features/chat/quiet-rooms.ts';
import { type Person, World } from './world.ts';

let world: World;
let ann: Person;
let ben: Person;
/** Ann's rooms, the least recently active first. */
const rooms: string[] = [];

beforeAll(async () => {
  world = new World();
  [ann, ben] = await world.people('ann', 'ben');
  for (let n = 0; n < LIVE_ROOMS + 2; n += 1) {
    world.clock.time += 1_000;
    rooms.push(await ben.group(`Room ${n}`, ann));
  }
});
afterAll(() => world.close());

test('a room beyond the 100 most recent becomes live for all its members when one of them writes', async () => {
  const [quiet = ''] = rooms;
  const connection = await ann.connect();
  const wasPutIn = () => connection.messages.some(({ push }) => push?.channel === `room:${quiet}`);
  expect(wasPutIn()).toBe(false);

  await ben.say(quiet, 'Anybody here?');
  const woken = await connection.until(({ push }) => push?.channel === `room:${quiet}` && push.subscribe !== undefined);
  expect(woken.push?.subscribe).toMatchObject({ offset: 2, positioned: true });
  await ben.say(quiet, 'Hello?');
  await connection.publication(`room:${quiet}`, ({ text }: { text: string }) => text === 'Hello?');
});

test('a room is checked at most once a minute', async () => {
  const [, quiet = ''] = rooms;
  const looks = () => world.reads.filter((sql) => sql.includes('offset') && sql.includes('exists')).length;
  const before = looks();
  for (const text of ['one', 'two', 'three']) await ben.say(quiet, text);
  expect(looks()).toBe(before + 1);
  world.clock.time += 60_000;
  await ben.say(quiet, 'four');
  expect(looks()).toBe(before + 2);
});
