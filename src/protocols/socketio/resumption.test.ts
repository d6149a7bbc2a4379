import { describe, expect, test } from 'bun:test';
import { type Line, pidOf, World } from '../../../tests/core/socketio.ts';
import { UNLIMITED } from '../../core/limits/quotas.ts';

const sidOf = (line: Line) => (line.last('40') as { readonly sid: string }).sid;
const countsOf = (line: Line) =>
  line.events('room_count').map(([change]) => {
    const { count, join, leave } = change as { count: number; join?: { client: string }; leave?: { client: string } };
    return [count, join && `+${join.client}`, leave && `-${leave.client}`].filter((each) => each !== undefined);
  });

/** Presence as reported by the server. */
async function presentIn(world: World, line: Line): Promise<readonly string[]> {
  await world.say(line, '277["presence","rooms:a"]');
  const [answer] = line.last('4377') as [{ clients: { client: string }[] }];
  return answer.clients.map(({ client }) => client);
}

/** The tokens of this world are user names. */
const TOKENS = {
  verifyToken: async (user: string) => ({ principal: { kind: 'external' as const, user } }),
};

describe('SI12 a recovered client', () => {
  test('keeps its id (`socket.id`), like the official server, and is present once', async () => {
    const world = new World();
    const [first, watcher] = [await world.connected(), await world.connected()];
    const id = sidOf(first);
    await world.say(watcher, '2["join_room","a"]');
    await world.say(first, '2["join_room","a"]');
    await world.speak('a', 1);
    const before = watcher.frames.length;
    // The server has not noticed that the connection broke.
    const second = await world.back(first, pidOf(first));
    expect([sidOf(second), pidOf(second)]).toEqual([id, pidOf(first)]);
    expect(await presentIn(world, watcher)).toEqual([sidOf(watcher), id]);
    expect(watcher.frames.slice(before).filter((frame) => String(frame).includes('room_count'))).toEqual([]);
    // The old connection gets a leave, and its later close changes nothing.
    expect([first.frames.at(-1), first.isOpen]).toEqual(['41', true]);
    await world.speak('a', 2);
    expect([first.messages, second.messages]).toEqual([[1], [2]]);
    await world.node.clock.pass(11_000);
    expect(first.isOpen).toBe(false);
    expect(await presentIn(world, watcher)).toEqual([sidOf(watcher), id]);
    second.close();
    expect(await presentIn(world, watcher)).toEqual([sidOf(watcher)]);
    expect(countsOf(watcher)).toEqual([
      [1, `+${sidOf(watcher)}`],
      [2, `+${id}`],
      [1, `-${id}`],
    ]);
  });

  test('is reported as left and joined under that id if its connection was known to be closed', async () => {
    const world = new World();
    const [first, watcher] = [await world.connected(), await world.connected()];
    await world.say(watcher, '2["join_room","a"]');
    await world.say(first, '2["join_room","a"]');
    first.close();
    const second = await world.back(first, pidOf(first));
    const id = sidOf(first);
    expect(sidOf(second)).toBe(id);
    expect(countsOf(watcher).slice(1)).toEqual([
      [2, `+${id}`],
      [1, `-${id}`],
      [2, `+${id}`],
    ]);
  });

  test('is present once even on several simultaneous connections', async () => {
    const world = new World();
    const [first, watcher] = [await world.connected(), await world.connected()];
    await world.say(watcher, '2["join_room","a"]');
    await world.say(first, '2["join_room","a"]');
    const lines = [world.open(), world.open(), world.open()];
    for (const line of lines) line.say(`0${JSON.stringify({ pid: pidOf(first) })}`);
    await world.node.clock.settle();
    expect(lines.map(sidOf)).toEqual([sidOf(first), sidOf(first), sidOf(first)]);
    expect(await presentIn(world, watcher)).toEqual([sidOf(watcher), sidOf(first)]);
    expect(world.node.node.connections).toBe(2);
    for (const line of lines) line.close();
    expect(await presentIn(world, watcher)).toEqual([sidOf(watcher)]);
  });

  test('SI9 SI7 cannot be impersonated with its `pid` by another user', async () => {
    const world = new World(TOKENS);
    const first = await world.connected({ token: 'ann' });
    await world.say(first, '2["join_room","a"]');
    const thief = await world.connected({ token: 'ben', pid: pidOf(first) });
    expect([sidOf(thief) === sidOf(first), pidOf(thief) === pidOf(first)]).toEqual([false, false]);
    expect(await presentIn(world, thief)).toEqual([sidOf(first)]);
    await world.speak('a', 1);
    expect([first.messages, thief.messages]).toEqual([[1], []]);
    const back = await world.connected({ token: 'ann', pid: pidOf(first) });
    expect(sidOf(back)).toBe(sidOf(first));
  });

  test('SI9 has a new id if it could not be recovered completely', async () => {
    const world = new World({ serverChannels: async () => ['mem:its'] });
    const first = await world.connected();
    await world.say(first, '2["join_room","a"]');
    await world.speak('a', 1);
    first.close();
    // Only three of them are kept.
    await world.node.publish('mem:its', 1, 5);
    expect(sidOf(await world.back(first, pidOf(first)))).not.toBe(sidOf(first));
  });

  test('rejoins the server’s channels and its own without join events for others', async () => {
    const world = new World({ serverChannels: async () => ['rooms:its'] });
    const [first, watcher] = [await world.connected(), await world.connected()];
    await world.say(watcher, '2["join_room","own"]');
    await world.say(first, '2["join_room","own"]');
    const before = countsOf(watcher).length;
    const second = await world.back(first, pidOf(first));
    expect([sidOf(second), countsOf(watcher).length]).toEqual([sidOf(first), before]);
    await world.say(second, '21["leave_room","own"]');
    expect(countsOf(watcher).slice(before)).toEqual([[1, `-${sidOf(first)}`]]);
  });

  test('counts toward its user’s connections until then', async () => {
    const world = new World(TOKENS, { quotas: { ...UNLIMITED, userConnections: 2 } });
    const first = await world.connected({ token: 'ann' });
    const second = await world.connected({ token: 'ann', pid: pidOf(first) });
    const third = await world.connected({ token: 'ann', pid: pidOf(first) });
    expect([sidOf(second), sidOf(third)]).toEqual([sidOf(first), sidOf(first)]);
  });
});
