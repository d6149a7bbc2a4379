import { describe, expect, test } from 'bun:test';
import { type Line, pidOf, World } from '../../../tests/core/socketio.ts';
import { Random } from '../../../tests/simulation/random.ts';

const ROOMS = ['a', 'b', 'c'];
const SCHEDULES = Number(process.env.BANYAN_FUZZ_INPUTS ?? 150);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const KILLS = 3;
/** Longer than the interval of the records. */
const WRITTEN_MS = 300;

type Message = { readonly room: string; readonly content: number; readonly offset: number };

/** What a client has received between two frames: messages by room, and the last cursor. */
function heardIn(line: Line, from = 0, frames = line.frames.length): { messages: Message[]; cursor: unknown } {
  const events = line.frames.slice(from, frames).flatMap((frame) => {
    if (!String(frame).startsWith('42["new_message"')) return [];
    const [, message, cursor] = JSON.parse(String(frame).slice(2)) as [string, Message, unknown];
    return [{ message, cursor }];
  });
  return { messages: events.map(({ message }) => message), cursor: events.at(-1)?.cursor };
}

/** A client in both rooms, and its state after a kill and a reconnect. */
async function comesBack(before: (world: World) => Promise<void>) {
  const world = new World();
  const line = await world.connected();
  await world.say(line, '2["join_room","a"]', '2["join_room","b"]');
  await before(world);
  const next = await world.afterKill();
  await next.speak('a', 'a meanwhile');
  await next.speak('b', 'b meanwhile');
  const back = await next.connected({ pid: pidOf(line), offset: heardIn(line).cursor });
  return { isRecovered: pidOf(back) === pidOf(line), heard: line.messages, missed: back.messages.toSorted() };
}

describe('SI8 a client in several durable rooms whose server was killed', () => {
  test('is recovered even if others published in all of them, before and after', async () => {
    const { isRecovered, heard, missed } = await comesBack(async (world) => {
      await world.speak('a', 'a1');
      await world.speak('b', 'b1');
      await world.speak('a', 'a2');
      await world.node.clock.pass(WRITTEN_MS);
    });
    expect([isRecovered, heard, missed]).toEqual([true, ['a1', 'b1', 'a2'], ['a meanwhile', 'b meanwhile']]);
  });

  test('SI9 is not, if two rooms had publications in the moment before the kill', async () => {
    const { isRecovered, missed } = await comesBack(async (world) => {
      await world.speak('a', 'a1');
      await world.speak('b', 'b1');
    });
    expect([isRecovered, missed]).toEqual([false, []]);
  });

  test('is, if only one of them had', async () => {
    const { isRecovered, missed } = await comesBack(async (world) => {
      await world.speak('a', 'a1');
      await world.node.clock.pass(WRITTEN_MS);
      await world.speak('b', 'b1', 'b2');
    });
    expect([isRecovered, missed]).toEqual([true, ['a meanwhile', 'b meanwhile']]);
  });

  test('SI12 keeps its id', async () => {
    const world = new World();
    const line = await world.connected();
    await world.say(line, '2["join_room","a"]');
    const next = await world.afterKill();
    const back = await next.connected({ pid: pidOf(line) });
    expect(back.last('40')).toEqual(line.last('40'));
  });
});

/** A client in rooms, through cuts and kills, with some of the last messages in flight each time. */
class Unlucky {
  readonly #random: Random;
  #world: World;
  #others: Line[] = [];
  #line: Line;
  #cursor: unknown;
  /** Frames of its connection that were received. */
  #read = 0;
  /** The position of each room when it joined, and what it received there since. */
  readonly #rooms = new Map<string, { readonly from: number; readonly heard: number[] }>();
  readonly #sent = new Map<string, number>();

  constructor(random: Random, world: World, line: Line) {
    this.#random = random;
    this.#world = world;
    this.#line = line;
  }

  async live(): Promise<void> {
    this.#others = [await this.#world.connected(), await this.#world.connected()];
    for (let step = this.#random.between(3, 40); step > 0; step -= 1) await this.#step(this.#random.between(0, 9));
  }

  /** Whether it is recovered; then it must have received everything once and in order. */
  async survivesKill(): Promise<boolean> {
    const { length } = this.#line.frames;
    this.#take(this.#random.between(Math.max(this.#read, 1, length - this.#random.between(0, 6)), length));
    this.#world = await this.#world.afterKill();
    for (let times = this.#random.between(0, 3); times > 0; times -= 1) await this.#speak();
    if (!(await this.#comesBack())) return false;
    for (const room of this.#rooms.keys()) await this.#speak(room);
    this.#take();
    for (const [room, { from, heard }] of this.#rooms) {
      const expected = Array.from({ length: (this.#sent.get(room) ?? 0) - from }, (_, index) => from + index + 1);
      expect([room, heard]).toEqual([room, expected]);
    }
    return true;
  }

  async #step(act: number): Promise<void> {
    const room = this.#random.pick(ROOMS);
    if (act <= 1) {
      if (!this.#rooms.has(room)) this.#rooms.set(room, { from: this.#sent.get(room) ?? 0, heard: [] });
      await this.#world.say(this.#line, `2["join_room","${room}"]`);
    } else if (act === 2) await this.#world.say(this.#random.pick(this.#others), `2["join_room","${room}"]`);
    else if (act === 3) await this.#world.node.clock.pass(this.#random.between(0, WRITTEN_MS));
    else if (act === 4 && this.#random.chance(0.3)) {
      this.#take();
      this.#line.close();
      if (this.#random.chance(0.5)) await this.#speak(room);
      expect(await this.#comesBack()).toBe(true);
    } else await this.#speak(room);
  }

  #take(frames = this.#line.frames.length): void {
    const { messages, cursor } = heardIn(this.#line, this.#read, frames);
    this.#read = frames;
    this.#cursor = cursor ?? this.#cursor;
    for (const { room, offset } of messages) this.#rooms.get(room)?.heard.push(offset);
  }

  async #speak(room = this.#random.pick(ROOMS)): Promise<void> {
    this.#sent.set(room, (this.#sent.get(room) ?? 0) + 1);
    await this.#world.speak(room, 1);
  }

  async #comesBack(): Promise<boolean> {
    const pid = pidOf(this.#line);
    const offset = this.#cursor === undefined ? {} : { offset: this.#cursor };
    this.#line = await this.#world.connected({ pid, ...offset });
    this.#read = 0;
    return pidOf(this.#line) === pid;
  }
}

async function run(seed: number): Promise<number> {
  const world = new World();
  const client = new Unlucky(new Random(seed), world, await world.connected());
  for (let kills = 0; kills < KILLS; kills += 1) {
    await client.live();
    if (!(await client.survivesKill())) return kills;
  }
  return KILLS;
}

test(`SI8 SI9 a client recovered after a kill has received everything once and in order: ${SCHEDULES} schedules (seed ${SEED})`, async () => {
  let recovered = 0;
  for (let schedule = 0; schedule < SCHEDULES; schedule += 1) {
    const seed = SEED + schedule;
    recovered += await run(seed).catch((cause) => {
      throw new Error(`SEED=${seed}: ${String(cause)}`, { cause });
    });
  }
  // Never recovering would be correct too, but useless.
  expect(recovered).toBeGreaterThan(SCHEDULES / 3);
}, 120_000);
