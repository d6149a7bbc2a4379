import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import { Random } from '../../../tests/simulation/random.ts';
import type { Namespace } from '../channels/namespace.ts';
import type { PublishOptions } from '../operations/feature.ts';

const PRICES: Namespace = { ...PLAIN, history: 'durable', conflate: true, conflateTag: 'symbol', delta: true };
const MAP: Namespace = { ...PLAIN, type: 'map', history: 'memory', conflate: true };
const BOUND = 8_000;
/** More than an eighth of the limit. */
const BEHIND = 1_001;

const nodeOf = () =>
  new TestNode({
    namespaces: { prices: { options: PRICES }, board: { options: MAP } },
    limits: { backlogBytes: BOUND },
  });

async function publish(test: TestNode, channel: string, data: string, options: PublishOptions = {}): Promise<void> {
  const done = test.node.publish(channel, data, options);
  await test.clock.settle();
  await done;
}

/** Publishes numbers, each for one of these symbols in turn. */
async function quote(test: TestNode, symbols: readonly string[], last: number): Promise<void> {
  for (let n = 1; n <= last; n += 1) {
    const symbol = symbols[(n - 1) % symbols.length] ?? '';
    await publish(test, 'prices:x', String(n), symbol === '' ? {} : { tags: { symbol } });
  }
}

/** The client reads its whole buffer. */
async function takeAll(test: TestNode, client: Client): Promise<void> {
  client.waiting = 0;
  client.session.drained();
  await test.clock.settle();
}

describe('SL4 a slow client in a channel with conflation', () => {
  test('gets the newest of each key once it can take more, then everything; others get everything', async () => {
    const test = nodeOf();
    const [quick, slow] = [await test.subscribed('prices:x'), await test.subscribed('prices:x')];
    await quote(test, ['a', 'b'], 2);
    slow.waiting = BEHIND;
    await quote(test, ['a', 'b', 'c'], 9);
    expect(slow.offsets('prices:x')).toEqual([1, 2]);
    expect(test.node.hub.conflation.size).toBe(1);
    await takeAll(test, slow);
    expect(slow.offsets('prices:x')).toEqual([1, 2, 9, 10, 11]);
    expect(slow.published('prices:x').slice(2)).toEqual([7, 8, 9]);
    expect(test.node.hub.conflation.size).toBe(0);
    expect(test.node.hub.conflation.replaced).toBe(6);
    await publish(test, 'prices:x', '"live"');
    expect(slow.offsets('prices:x').slice(5)).toEqual([12]);
    expect(quick.offsets('prices:x')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('without keys gets only the newest, and of a map the newest of each entry, including removals', async () => {
    const test = nodeOf();
    const plain = await test.subscribed('prices:x');
    plain.waiting = BEHIND;
    await quote(test, [''], 5);
    await takeAll(test, plain);
    expect(plain.published('prices:x')).toEqual([5]);
    const map = await test.subscribed('board:m', { type: 1, phase: 2 });
    map.waiting = BEHIND;
    for (const [key, value] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const) {
      await publish(test, 'board:m', value, { entry: { key } });
    }
    await publish(test, 'board:m', 'null', { entry: { key: 'b', removed: true } });
    await takeAll(test, map);
    const pubs = map.pushes('board:m').map(({ pub }) => pub as unknown as Record<string, unknown>);
    expect(pubs.map(({ key, removed }) => [key, removed])).toEqual([
      ['a', undefined],
      ['b', true],
    ]);
  });

  test('gets no more at a time than the buffer holds, and newer ones meanwhile replace the rest', async () => {
    const test = nodeOf();
    const slow = await test.subscribed('prices:x');
    slow.waiting = BEHIND;
    await quote(test, ['a', 'b'], 2);
    slow.waiting = 1_000;
    slow.send = function (this: Client, frame) {
      this.waiting = BEHIND;
      for (const line of String(frame).split('\n')) this.lines.push(JSON.parse(line));
    };
    slow.session.drained();
    // Both were sent in one portion.
    expect(slow.published('prices:x')).toEqual([1, 2]);
    await quote(test, ['a', 'a', 'a'], 3);
    expect(slow.published('prices:x')).toEqual([1, 2]);
    await takeAll(test, slow);
    expect(slow.offsets('prices:x')).toEqual([1, 2, 5]);
  });

  test('DE1 has the base of its next deltas', async () => {
    const test = nodeOf();
    const long = 'y'.repeat(200);
    const say = (n: number, symbol: string) =>
      publish(test, 'prices:x', JSON.stringify({ n, long }), { tags: { symbol } });
    const [quick, slow] = [
      await test.subscribed('prices:x', { delta: 'fossil' }),
      await test.subscribed('prices:x', { delta: 'fossil' }),
    ];
    await say(1, 'a');
    slow.waiting = BEHIND;
    for (const n of [2, 3, 4]) await say(n, n === 3 ? 'b' : 'a');
    await takeAll(test, slow);
    await say(5, 'a');
    type Pub = { readonly delta?: boolean; readonly offset?: number; readonly data: unknown };
    const pubs = slow.pushes('prices:x').map(({ pub }) => pub as Pub);
    expect(pubs.map(({ offset, delta }) => [offset, delta])).toEqual([
      [1, undefined],
      [3, undefined],
      [4, undefined],
      [5, true],
    ]);
    expect(pubs.at(-1)).toEqual(quick.pushes('prices:x').at(-1)?.pub as Pub);
  });

  test('is closed as slow if too much would have to be kept, or if it reads nothing for half a minute', async () => {
    const test = nodeOf();
    const [many, stuck] = [await test.subscribed('prices:x'), await test.subscribed('prices:y')];
    many.waiting = BEHIND;
    for (let n = 0; n < 100; n += 1) {
      await publish(test, 'prices:x', `"${'z'.repeat(50)}"`, { tags: { symbol: String(n) } });
    }
    expect(many.closedWith).toEqual({ code: 3008, reason: 'slow' });
    stuck.waiting = BEHIND;
    await publish(test, 'prices:y', '1');
    stuck.session.lastSeen = Number.POSITIVE_INFINITY;
    await test.clock.pass(29_000);
    expect(stuck.closedWith).toBeUndefined();
    await test.clock.pass(3_000);
    expect(stuck.closedWith).toEqual({ code: 3008, reason: 'slow' });
    expect(test.node.hub.conflation.size).toBe(0);
  });

  test('RE1 recovers everything published, from the last offset it got', async () => {
    const test = nodeOf();
    const slow = await test.subscribed('prices:x');
    slow.waiting = BEHIND;
    await quote(test, ['a', 'b'], 6);
    slow.hangUp();
    expect(test.node.hub.conflation.size).toBe(0);
    const back = await test.connected();
    const answer = await test.ask(back, { subscribe: { channel: 'prices:x', recover: true, epoch: '', offset: 2 } });
    const result = answer?.subscribe as { publications: readonly { offset: number }[] } | undefined;
    expect(result?.publications.map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
  });

  test('leaves the channel like any other, and gets nothing from it then', async () => {
    const test = nodeOf();
    const slow = await test.subscribed('prices:x');
    slow.waiting = BEHIND;
    await quote(test, ['a'], 3);
    await test.ask(slow, { unsubscribe: { channel: 'prices:x' } });
    expect(test.node.hub.conflation.size).toBe(0);
    expect([...test.node.hub.channels()]).toEqual([]);
    await takeAll(test, slow);
    expect(slow.offsets('prices:x')).toEqual([]);
  });
});

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const KEYS = Array.from({ length: 30 }, (_, index) => `key-${index}`);
const LONG_BOUND = 200_000;

/** A client that reads at random, at a node that may keep much for it. */
async function fitful(random: Random): Promise<{ test: TestNode; client: Client }> {
  const limits = { backlogBytes: LONG_BOUND };
  const test = new TestNode({ namespaces: { prices: { options: PRICES } }, limits });
  const client = await test.subscribed('prices:x');
  client.send = (frame) => {
    if (random.chance(0.7)) client.waiting = LONG_BOUND / 8 + 1;
    for (const line of String(frame).split('\n')) client.lines.push(JSON.parse(line));
  };
  return { test, client };
}

/** The newest offset of each key, up to an offset. */
function newestUpTo(top: number, keyOf: readonly string[]): Map<string, number> {
  return new Map(keyOf.slice(0, top).map((key, index) => [key, index + 1]));
}

test(`SL5 below its offset a client misses only replaced publications, however it reads; SEED=${SEED}`, async () => {
  for (let run = 0; run < 20; run += 1) {
    const random = new Random(SEED + run);
    const { test, client } = await fitful(random);
    const keyOf: string[] = [];
    const check = () => {
      const given = client.offsets('prices:x').map(Number);
      expect(given).toEqual([...new Set(given)].sort((one, other) => one - other));
      const top = given.at(-1) ?? 0;
      const newest = newestUpTo(keyOf.length, keyOf);
      for (const [key, offset] of newestUpTo(top, keyOf)) {
        expect([run, key, given.includes(offset) || (newest.get(key) ?? 0) > top]).toEqual([run, key, true]);
      }
    };
    for (let step = 0; step < 150; step += 1) {
      if (random.chance(0.8)) {
        const symbol = random.pick(KEYS);
        keyOf.push(symbol);
        await publish(test, 'prices:x', `"${'x'.repeat(random.between(10, 3_000))}"`, { tags: { symbol } });
      }
      if (random.chance(0.1)) client.waiting = random.pick([0, LONG_BOUND / 8 + 1]);
      if (random.chance(0.2)) client.session.drained();
      check();
    }
    while (test.node.hub.conflation.size > 0) await takeAll(test, client);
    expect(client.offsets('prices:x').at(-1)).toBe(keyOf.length);
    check();
  }
});
