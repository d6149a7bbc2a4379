import { describe, expect, test } from 'bun:test';
import { type Line, pidOf, World } from '../../../tests/core/socketio.ts';
import { Random } from '../../../tests/simulation/random.ts';

const ROOMS = ['a', 'b', 'c'];
const SCHEDULES = 60;
const STEPS = 80;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

describe('RE2 SI9 history a room no longer keeps', () => {
  const gone: readonly (readonly [what: string, letGo: (world: World) => Promise<void>])[] = [
    ['by size', (world) => world.speak('a', 4, 5, 6)],
    ['by time', (world) => world.node.clock.pass(5_000)],
    ['as it was removed', (world) => world.node.node.trim('rooms:a')],
  ];
  test.each([...gone])(
    'RE2 SI9 %s is given to nobody, also if it was given to another client just before',
    async (_what, letGo) => {
      const world = new World({}, { historySize: 3, historyTtlMs: 5_000 });
      const [one, other] = [await world.connected(), await world.connected()];
      for (const line of [one, other]) await world.say(line, '2["join_room","a"]');
      await world.speak('a', 1);
      for (const line of [one, other]) line.close();
      await world.speak('a', 2, 3);
      const back = await world.back(one, pidOf(one));
      expect([pidOf(back), back.messages]).toEqual([pidOf(one), [2, 3]]);
      await letGo(world);
      const late = await world.back(other, pidOf(other));
      expect(pidOf(late)).not.toBe(pidOf(other));
      expect(late.messages).toEqual([]);
    },
  );
});

describe('SI8 SE8 the record on disk', () => {
  type Written = { readonly channels: readonly (readonly [string, ...unknown[]])[] };

  /** The channels in the last record. */
  async function written(world: World): Promise<string[]> {
    const { publications } = await world.node.node.read('socketio:clients', { limit: 1, reverse: true });
    const { channels } = JSON.parse(publications[0]?.data ?? '{"channels":[]}') as Written;
    return channels.map(([channel]) => channel).sort();
  }

  test('SI8 SE8 has all rooms a client has joined, also while others are still being entered', async () => {
    const world = new World();
    const line = await world.connected();
    const { log } = world.node;
    const position = log.position.bind(log);
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    log.position = async (channel) => {
      await gate;
      return position(channel);
    };
    await world.say(line, '20["join_room","a"]', '21["join_room","b"]', '22["join_room","c"]');
    expect(await written(world)).toEqual(['rooms:a', 'rooms:b', 'rooms:c']);
    await world.say(line, '23["leave_room","b"]', '24["join_room","d"]');
    expect(await written(world)).toEqual(['rooms:a', 'rooms:c', 'rooms:d']);
    letGo();
    await world.node.clock.settle();
    await world.say(line, '25["leave_room","a"]');
    expect(await written(world)).toEqual(['rooms:c', 'rooms:d']);
  });

  test('SI8 a client in a durable room can join a channel without history', async () => {
    const world = new World();
    const line = await world.connected();
    await world.say(line, '20["join_room","a"]', '21["subscribe","live:x"]');
    expect(line.last('431')).toMatchObject([{ ok: true }]);
  });
});

describe('RE8 SI9 an invalid position', () => {
  const mangled: readonly (readonly [what: string, mangle: (cursor: string) => unknown])[] = [
    ['a number', () => 5],
    ['an object', () => ({})],
    ['nothing at all', () => null],
    ['a text of another server', () => '1718000000000-0'],
    ['an empty text', () => ''],
    ['a number that was not told yet', (cursor) => cursor.replace(/\.\d+\./, '.9999999999999999.')],
    ['a step that a replay does not have', (cursor) => `${cursor.split('.')[0]}~1~99`],
    ['an offset that no channel reaches', (cursor) => cursor.replace(/\.(\d+)\.(\d+)\./, '.$1.9999999999999999.')],
    ['an offset below zero', (cursor) => cursor.replace(/\.(\d+)\.(\d+)\./, '.$1.-1.')],
  ];
  test.each([...mangled])('RE8 SI9 %s restarts the client without recovery', async (_what, mangle) => {
    const world = new World();
    const line = await world.connected();
    const pid = pidOf(line);
    await world.say(line, '2["join_room","a"]', '2["join_room","b"]');
    await world.speak('a', 1);
    const cursor = String(line.events('new_message').at(-1)?.at(-1));
    line.close();
    await world.speak('a', 2);
    const back = await world.connected({ pid, offset: mangle(cursor) });
    expect(pidOf(back)).not.toBe(pid);
    expect(back.messages).toEqual([]);
  });
});

/** A client whose connection breaks sometimes, with some data still in flight. */
class Unlucky {
  readonly #world: World;
  #line: Line;
  #pid: string;
  #read = 0;
  #cursor: unknown;
  /** The last offset received in each joined room, or its join position. */
  readonly #heard = new Map<string, number>();
  recovered = 0;
  lost = 0;

  constructor(world: World, line: Line) {
    this.#world = world;
    this.#line = line;
    this.#pid = pidOf(line);
    this.#read = line.frames.length;
  }

  async join(room: string): Promise<void> {
    if (this.#heard.has(room)) return;
    const { offset } = await this.#world.node.log.position(`rooms:${room}`);
    this.#heard.set(room, offset);
    await this.#world.say(this.#line, `2["join_room","${room}"]`);
  }

  /** Reads up to a frame. */
  read(upTo = this.#line.frames.length): void {
    for (; this.#read < upTo; this.#read += 1) this.#take(String(this.#line.frames[this.#read]));
  }

  /** Breaks the connection after a random unread frame, and reconnects. */
  async breakDown(random: Random, meanwhile: () => Promise<void>): Promise<void> {
    this.read(random.between(this.#read, this.#line.frames.length));
    // Sometimes the server does not notice at once.
    if (random.chance(0.3)) await meanwhile();
    else this.#line.close();
    await meanwhile();
    const old = this.#line;
    const cursor = typeof this.#cursor === 'string' ? { offset: this.#cursor } : {};
    this.#line = await this.#world.connected({ pid: this.#pid, ...cursor });
    old.close();
    this.#read = 0;
    // The reply itself may be lost: then it reconnects with the same state.
    if (random.chance(0.2)) return this.breakDown(random, meanwhile);
    const pid = pidOf(this.#line);
    if (pid === this.#pid) this.recovered += 1;
    else await this.#startAnew(pid);
  }

  get rooms(): readonly string[] {
    return [...this.#heard.keys()];
  }

  heardIn(room: string): number | undefined {
    return this.#heard.get(room);
  }

  async #startAnew(pid: string): Promise<void> {
    this.lost += 1;
    this.#pid = pid;
    this.#cursor = undefined;
    const rooms = this.rooms;
    this.#heard.clear();
    this.read();
    for (const room of rooms) await this.join(room);
  }

  #take(frame: string): void {
    if (!frame.startsWith('42["new_message"')) return;
    const [, message, cursor] = JSON.parse(frame.slice(2)) as [string, { room: string; offset: number }, unknown];
    this.#cursor = cursor;
    const before = this.#heard.get(message.room);
    if (before === undefined) throw new Error(`heard of ${message.room}, where it is not`);
    if (message.offset !== before + 1) throw new Error(`${message.room}: ${message.offset} came after ${before}`);
    this.#heard.set(message.room, message.offset);
  }
}

async function run(seed: number): Promise<{ recovered: number; lost: number }> {
  const random = new Random(seed);
  const world = new World();
  const watcher = await world.connected();
  for (const room of ROOMS) if (random.chance(0.5)) await world.say(watcher, `2["join_room","${room}"]`);
  const client = new Unlucky(world, await world.connected());
  const speak = async () => {
    for (let left = random.between(0, 3); left > 0; left -= 1) await world.speak(random.pick(ROOMS), left);
  };
  for (let step = 0; step < STEPS; step += 1) {
    const act = random.between(0, 9);
    if (act === 0) await client.join(random.pick(ROOMS));
    else if (act <= 3) await client.breakDown(random, speak);
    else if (act === 4) client.read();
    else await speak();
  }
  client.read();
  for (const room of client.rooms) {
    const { offset } = await world.node.log.position(`rooms:${room}`);
    expect([room, client.heardIn(room)]).toEqual([room, offset]);
  }
  return client;
}

describe('SI8 recovery', () => {
  test(`delivers everything once and in order, wherever connections break: ${SCHEDULES} schedules (seed ${SEED})`, async () => {
    let [recovered, lost] = [0, 0];
    for (let schedule = 0; schedule < SCHEDULES; schedule += 1) {
      const seed = SEED + schedule;
      const result = await run(seed).catch((cause) => {
        throw new Error(`SEED=${seed}: ${String(cause)}`, { cause });
      });
      recovered += result.recovered;
      lost += result.lost;
    }
    expect(recovered).toBeGreaterThan(SCHEDULES * 10);
    // Never recovering would be correct too, but useless.
    expect(lost).toBeLessThan(recovered / 20);
  }, 60_000);
});

test('SI9 SL4 is refused in all rooms to a client that was not sent every event of one', async () => {
  const world = new World({}, { conflate: true });
  const line = await world.connected();
  const pid = pidOf(line);
  await world.say(line, '2["join_room","a"]', '2["join_room","b"]');
  await world.speak('a', 1);
  line.waiting = 1_000_000;
  await world.speak('a', 2, 3);
  line.waiting = 0;
  await world.speak('b', 4);
  line.handler?.drained();
  await world.speak('a', 5);
  expect(line.messages).toEqual([1, 4, 3, 5]);
  line.close();
  const back = await world.back(line, pid);
  expect(pidOf(back)).not.toBe(pid);
  await world.speak('a', 6);
  expect(back.messages).toEqual([]);
});
