import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, person, range, TestNode } from '../../../tests/core/node.ts';
import type { Principal } from '../access/principal.ts';

const CHANNEL = 'log:tree';
const EPOCH = 'first-0';

/** The position of a subscriber that was at `offset` when it lost its connection. */
const backFrom = (offset: number, epoch = EPOCH) => ({ subscribe: { channel: CHANNEL, recover: true, epoch, offset } });

type Subscribed = {
  readonly epoch?: string;
  readonly offset?: number;
  readonly was_recovering?: boolean;
  readonly recovered?: boolean;
  readonly publications?: readonly { readonly offset: number }[];
};

async function comeBack(world: TestNode, offset: number, epoch = EPOCH): Promise<Subscribed> {
  const answer = await world.ask(await world.connected(), backFrom(offset, epoch));
  return answer?.subscribe as Subscribed;
}

/** The reply to the command after `connect`. */
const subscribedOf = (client: Client) => client.answer(2)?.subscribe as Subscribed;

const offsetsOf = ({ publications = [] }: Subscribed) => publications.map(({ offset }) => offset);

describe('OR4 the order gate', () => {
  const said: readonly [what: string, batches: readonly (readonly number[])[]][] = [
    ['says everything', [[1], [2], [3]]],
    ['says several at once', [[1, 2, 3]]],
    ['loses one', [[1], [3]]],
    ['loses all but the last', [[3]]],
    ['repeats', [[1], [1], [2], [1, 2], [2, 3], [3]]],
    ['reorders', [[2], [1], [3]]],
    ['turns them around', [[3], [2], [1]]],
    ['leaves a hole inside a batch', [[1, 3]]],
    ['is ahead of the log', [[1], [2], [3], [9]]],
  ];
  test.each([...said])('OR2 OR4 passes each once and in order when the bus %s', async (_what, batches) => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 3);
    for (const batch of batches) await world.hear(CHANNEL, EPOCH, ...batch);
    expect(client.offsets(CHANNEL)).toEqual([1, 2, 3]);
    expect(client.published(CHANNEL)).toEqual([1, 2, 3]);
  });

  test('OR4 sends nothing that the log does not have, and continues when it does', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.hear(CHANNEL, EPOCH, 2);
    expect(client.offsets(CHANNEL)).toEqual([]);
    await world.publish(CHANNEL, 1, 2);
    expect(client.offsets(CHANNEL)).toEqual([1, 2]);
  });

  test('OR4 reads a long gap in pages, and once', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 2_500);
    await world.hear(CHANNEL, EPOCH, 2_499, 2_500);
    expect(client.offsets(CHANNEL)).toEqual(range(1, 2_500));
    expect(world.log.reads.length).toBe(3);
  });

  test('OR4 retries by itself when the log cannot be read', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 2);
    world.log.failure = new Error('disk on fire');
    await world.hear(CHANNEL, EPOCH, 2);
    world.log.failure = undefined;
    await world.clock.pass(1_000);
    expect(client.offsets(CHANNEL)).toEqual([1, 2]);
  });

  test('OR4 misses nothing published while the position is being read', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say({ subscribe: { channel: CHANNEL } });
    await world.clock.settle();
    await world.publish(CHANNEL, 1);
    answerNow();
    await world.clock.settle();
    const { epoch, offset } = subscribedOf(client);
    expect(epoch).toBe(EPOCH);
    expect(client.offsets(CHANNEL)).toEqual(range((offset as number) + 1, 1));
  });

  test('OR5 a gap the log can no longer fill makes subscribers start again', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 2);
    await world.log.trim(CHANNEL);
    await world.publishElsewhere(CHANNEL, 3);
    await world.hear(CHANNEL, EPOCH, 3);
    expect(client.pushes(CHANNEL)).toMatchObject([{ unsubscribe: { code: 2_500 } }]);
  });
});

describe('OR5 a new epoch', () => {
  test('OR5 makes every subscriber resubscribe, and returns the new position', async () => {
    const world = new TestNode();
    const clients = [await world.subscribed(CHANNEL), await world.subscribed(CHANNEL)];
    await world.publish(CHANNEL, 1, 5);
    world.log.startNewEpoch('second-');
    await world.publish(CHANNEL, 1);
    for (const client of clients) {
      expect(client.pushes(CHANNEL).at(-1)).toMatchObject({ unsubscribe: { code: 2_500 } });
      expect(client.offsets(CHANNEL)).toEqual(range(1, 5));
    }
    expect(await comeBack(world, 5)).toEqual({
      ...{ recoverable: true, positioned: true, epoch: 'second-0', offset: 1, was_recovering: true },
    } as Subscribed);
  });

  test('OR5 closes those whose position the server keeps with 3010', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => [CHANNEL] } });
    const client = await world.connected();
    await world.publish(CHANNEL, 1);
    world.log.startNewEpoch('second-');
    await world.publish(CHANNEL, 1);
    expect(client.closedWith).toEqual({ code: 3_010, reason: 'insufficient state' });
  });

  test('OR5 is detected by a fill too, if the bus lost the publication that shows it', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1);
    world.log.startNewEpoch('second-');
    await world.publishElsewhere(CHANNEL, 1, 5);
    await world.hear(CHANNEL, EPOCH, 3);
    expect(client.pushes(CHANNEL).at(-1)).toMatchObject({ unsubscribe: { code: 2_500 } });
  });

  test('OR5 RE2 is detected by a recovery too: nobody gets publications of another epoch', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 4);
    world.log.startNewEpoch('second-');
    await world.publishElsewhere(CHANNEL, 1, 9);
    const result = await comeBack(world, 2);
    expect(result).toMatchObject({ epoch: 'second-0', offset: 9, was_recovering: true });
    expect(result.recovered).toBeUndefined();
    expect(offsetsOf(result)).toEqual([]);
    expect(client.pushes(CHANNEL).at(-1)).toMatchObject({ unsubscribe: { code: 2_500 } });
  });

  test('OR5 that appears while a client subscribes does not leave it without publications', async () => {
    const world = new TestNode();
    await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 4);
    const late = await world.connected();
    const answerNow = world.log.pauseReads();
    late.say(backFrom(2));
    await world.clock.settle();
    world.log.startNewEpoch('second-');
    await world.hear(CHANNEL, 'second-0', 1);
    answerNow();
    await world.clock.settle();
    await world.publish(CHANNEL, 1, 2);
    expect(late.answer(2)).toMatchObject({ subscribe: { epoch: 'second-0', offset: 0 } });
    expect(late.offsets(CHANNEL)).toEqual([1, 2]);
  });

  test('OR5 that appears during a connect makes the client reconnect', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => [CHANNEL, 'log:other'] } });
    await world.publish(CHANNEL, 1, 4);
    await world.publish('log:other', 1);
    const other = world.node.hub.hold(CHANNEL, world.node.permissions.namespace(CHANNEL));
    await other.prepare(undefined);
    const answerNow = world.log.pauseReads();
    const late = world.open();
    late.say({ connect: {} });
    await world.clock.settle();
    await world.hear(CHANNEL, 'second-0', 1);
    answerNow();
    await world.clock.settle();
    expect(late.closedWith).toMatchObject({ code: 3_010 });
    expect(late.lines).toEqual([]);
  });
});

describe('recovery', () => {
  test('RE1 returns exactly what was published after the offset, then live publications', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 6);
    for (const offset of range(0, 6)) {
      const client = await world.connected();
      const result = (await world.ask(client, backFrom(offset)))?.subscribe as Subscribed;
      expect(result).toMatchObject({ epoch: EPOCH, offset, recovered: true, was_recovering: true });
      expect(offsetsOf(result)).toEqual(range(offset + 1, 6));
      client.hangUp();
    }
    const client = await world.connected();
    await world.ask(client, backFrom(2));
    await world.publish(CHANNEL, 7, 9);
    expect(client.offsets(CHANNEL)).toEqual([7, 8, 9]);
  });

  test('RE1 an empty epoch matches any', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 3);
    expect(await comeBack(world, 1, '')).toMatchObject({ epoch: EPOCH, recovered: true });
  });

  test('RE1 has no gap and no repeats when publications arrive while the log is being read', async () => {
    const world = new TestNode();
    await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 4);
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say(backFrom(1));
    await world.clock.settle();
    await world.publish(CHANNEL, 5, 6);
    answerNow();
    await world.clock.settle();
    await world.publish(CHANNEL, 7);
    const result = subscribedOf(client);
    expect([...offsetsOf(result), ...client.offsets(CHANNEL)]).toEqual(range(2, 7));
  });

  test('RE1 recovers a client that has received more from another node than this one knows', async () => {
    const world = new TestNode();
    const here = await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 2);
    await world.publishElsewhere(CHANNEL, 3, 6);
    expect(offsetsOf(await comeBack(world, 5))).toEqual([6]);
    expect(here.offsets(CHANNEL)).toEqual(range(1, 6));
  });

  test('RE1 recovers a client that is ahead of a running fill', async () => {
    const world = new TestNode();
    await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 3);
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    await world.hear(CHANNEL, EPOCH, 3);
    await world.publishElsewhere(CHANNEL, 4, 6);
    client.say(backFrom(5));
    await world.clock.settle();
    answerNow();
    await world.clock.settle();
    expect(subscribedOf(client)).toMatchObject({ offset: 5, recovered: true });
    expect(offsetsOf(subscribedOf(client))).toEqual([6]);
  });

  test('RE1 leaves publications the bus has not delivered yet to the live stream', async () => {
    const world = new TestNode();
    await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 4);
    await world.publishElsewhere(CHANNEL, 5);
    const client = await world.connected();
    await world.ask(client, backFrom(2));
    expect(offsetsOf(subscribedOf(client))).toEqual([3, 4]);
    await world.hear(CHANNEL, EPOCH, 5);
    expect(client.offsets(CHANNEL)).toEqual([5]);
  });

  const lost: readonly [why: string, prepare: (world: TestNode) => Promise<void>, from: number, epoch: string][] = [
    ['the epoch differs', (world) => world.publish(CHANNEL, 1, 4), 2, 'another'],
    ['the offset is one that never was', (world) => world.publish(CHANNEL, 1, 4), 99, EPOCH],
    ['more was missed than a recovery gives', (world) => world.publish(CHANNEL, 1, 302), 1, EPOCH],
    [
      'what was missed is no longer kept',
      async (world) => {
        await world.publish(CHANNEL, 1, 4);
        await world.log.trim(CHANNEL);
        await world.publish(CHANNEL, 5);
      },
      2,
      EPOCH,
    ],
  ];
  test.each([...lost])('RE2 fails when %s, and continues live', async (_why, prepare, from, epoch) => {
    const world = new TestNode();
    await prepare(world);
    const { offset: top } = await world.log.position(CHANNEL);
    const client = await world.connected();
    const result = (await world.ask(client, backFrom(from, epoch)))?.subscribe as Subscribed;
    expect(result).toMatchObject({ epoch: EPOCH, offset: top, was_recovering: true });
    expect(result.recovered).toBeUndefined();
    expect(offsetsOf(result)).toEqual([]);
    await world.publish(CHANNEL, top + 1);
    expect(client.offsets(CHANNEL)).toEqual([top + 1]);
  });

  test('RE2 fails when what was missed has expired', async () => {
    const world = new TestNode();
    await world.publish('mem:x', 1, 2);
    const { epoch } = (await world.node.read('mem:x', { limit: 0 })).top;
    const back = { subscribe: { channel: 'mem:x', recover: true, epoch, offset: 1 } };
    expect(await world.ask(await world.connected(), back)).toMatchObject({ subscribe: { recovered: true } });
    await world.clock.pass(60_001);
    const late = await world.ask(await world.connected(), back);
    expect(late?.subscribe).toMatchObject({ was_recovering: true, offset: 2 });
    expect(late?.subscribe).not.toHaveProperty('recovered');
  });
});

describe('RE2 removed history', () => {
  /** Loads a tail of the first ten into memory, as for a reconnecting client. */
  async function withTail(world: TestNode): Promise<void> {
    await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 10);
    expect(await comeBack(world, 0)).toMatchObject({ recovered: true });
  }

  test('RE2 is returned to nobody once its removal is answered', async () => {
    const serverChannels = async ({ kind }: Principal) => (kind === 'user' ? [CHANNEL, 'log:other'] : []);
    const world = new TestNode({ hooks: { serverChannels } });
    await withTail(world);
    // One that is subscribing to another channel as well.
    const answerNow = world.log.pauseReads();
    const client = world.open(person('ada'));
    client.say({ connect: { subs: { [CHANNEL]: { recover: true, epoch: EPOCH, offset: 3 } } } });
    await world.clock.settle();
    await world.node.trim(CHANNEL);
    answerNow();
    await world.clock.settle();
    const connect = client.answer(1)?.connect as { readonly subs: Record<string, Subscribed> } | undefined;
    expect(connect?.subs[CHANNEL]).toMatchObject({ was_recovering: true, offset: 10 });
    expect(connect?.subs[CHANNEL]?.recovered).toBeUndefined();
    expect((await comeBack(world, 3)).recovered).toBeUndefined();
    // A client that missed none of it is not affected.
    expect(await comeBack(world, 10)).toMatchObject({ recovered: true });
    await world.publish(CHANNEL, 11);
    expect(offsetsOf(await comeBack(world, 10))).toEqual([11]);
  });

  test('RE2 is returned to nobody once another node announces it, nor a second later if the bus lost that', async () => {
    for (const isHeard of [true, false]) {
      const world = new TestNode();
      await withTail(world);
      const to = await world.log.trim(CHANNEL);
      if (isHeard) world.bus.publish(`c/${CHANNEL}`, { kind: 'trimmed', to });
      else await world.clock.pass(1_000);
      expect((await comeBack(world, 3)).recovered).toBeUndefined();
    }
  });

  test('RE4 checking the log for that costs one read per second, however many clients reconnect', async () => {
    const world = new TestNode();
    await withTail(world);
    await world.clock.pass(1_000);
    const [reads, positions] = [world.log.reads.length, world.log.positions];
    const clients = await Promise.all(range(1, 500).map(() => world.connected()));
    for (const client of clients) client.say(backFrom(3));
    await world.clock.settle();
    expect(clients.every((client) => subscribedOf(client).recovered === true)).toBe(true);
    expect([world.log.reads.length - reads, world.log.positions - positions]).toEqual([0, 1]);
  });

  test('RE2 includes what memory evicted for lack of room', async () => {
    const world = new TestNode({ memoryBytes: 5_000 });
    const back = async (epoch: string, offset: number) => {
      const answer = await world.ask(await world.connected(), {
        subscribe: { channel: 'roomy:a', recover: true, epoch, offset },
      });
      return answer?.subscribe as Subscribed;
    };
    const { epoch } = (await world.node.read('roomy:a', { limit: 0 })).top;
    await world.subscribed('roomy:a');
    for (let n = 1; n <= 40; n += 1) {
      await world.publish('roomy:a', n);
      const kept = (await world.node.read('roomy:a', { limit: 100 })).publications.map(({ offset }) => offset);
      const from = (kept[0] ?? 1) - 1;
      expect(offsetsOf(await back(epoch, from))).toEqual(kept);
      if (from > 0) expect((await back(epoch, from - 1)).recovered).toBeUndefined();
    }
  });

  test('OR4 OR5 does not fill a gap of a live subscriber either', async () => {
    const brief = { ...PLAIN, history: 'durable', historySize: 2 } as const;
    const world = new TestNode({ namespaces: { brief: { options: brief } } });
    const client = await world.subscribed('brief:a');
    // The log itself may keep a few more than required.
    await world.publishElsewhere('brief:a', 1, 3);
    await world.hear('brief:a', EPOCH, 3);
    expect(client.pushes('brief:a')).toMatchObject([{ unsubscribe: { code: 2_500 } }]);
  });
});

describe('RE4 many reconnecting clients', () => {
  /** All reconnect at the same moment; returns who recovered, by their offset. */
  async function herd(world: TestNode, froms: readonly number[]): Promise<Subscribed[]> {
    const clients = await Promise.all(froms.map(() => world.connected()));
    world.log.reads.length = 0;
    for (const [index, client] of clients.entries()) client.say(backFrom(froms[index] as number));
    await world.clock.settle();
    return clients.map(subscribedOf);
  }

  const thousand = range(0, 999);
  test('RE4 a thousand from the same position cost one read', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 20);
    const results = await herd(
      world,
      thousand.map(() => 5),
    );
    expect(results.every((result) => result.recovered === true && offsetsOf(result).length === 15)).toBe(true);
    expect(world.log.reads.length).toBe(1);
  });

  const places: readonly [what: string, from: (index: number) => number][] = [
    ['the newest first', (index) => 299 - (index % 300)],
    ['the oldest first', (index) => index % 300],
    ['mixed', (index) => (index * 7_919) % 300],
  ];
  test.each([...places])('RE4 a thousand from many positions, %s, cost two at most', async (_what, from) => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 300);
    const froms = thousand.map(from);
    const results = await herd(world, froms);
    for (const [index, result] of results.entries()) {
      expect(result.recovered).toBe(true);
      expect(offsetsOf(result)).toEqual(range((froms[index] as number) + 1, 300));
    }
    expect(world.log.reads.length).toBeLessThanOrEqual(2);
  });

  test('RE4 those that cannot be recovered do not cost a read each', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 10);
    await world.log.trim(CHANNEL);
    await world.publish(CHANNEL, 11);
    await world.subscribed(CHANNEL);
    world.log.reads.length = 0;
    for (let index = 0; index < 20; index += 1) expect((await comeBack(world, 5)).recovered).toBeUndefined();
    expect(world.log.reads.length).toBeLessThanOrEqual(2);
  });

  test('RE2 RE4 more text than the recovery limit is not recovered, and is not read each time', async () => {
    const world = new TestNode({ limits: { recoveryBytes: 1_000_000 } });
    await publishLong(world, CHANNEL, 30);
    await world.subscribed(CHANNEL);
    world.log.reads.length = 0;
    for (let index = 0; index < 5; index += 1) expect((await comeBack(world, 2)).recovered).toBeUndefined();
    expect(await comeBack(world, 20)).toMatchObject({ recovered: true });
    expect(world.log.reads.length).toBe(1);
  });

  test('RE1 RE4 the tail is dropped when nobody has reconnected for a while, and read again when somebody does', async () => {
    const world = new TestNode();
    await world.subscribed(CHANNEL);
    await world.publish(CHANNEL, 1, 5);
    expect(offsetsOf(await comeBack(world, 3))).toEqual([4, 5]);
    await world.clock.pass(32_000);
    await world.publish(CHANNEL, 6);
    world.log.reads.length = 0;
    expect(offsetsOf(await comeBack(world, 3))).toEqual([4, 5, 6]);
    expect(world.log.reads.length).toBe(1);
  });
});

/** Publishes `count` publications of 60,000 bytes, or of as many characters of another text. */
async function publishLong(world: TestNode, channel: string, count: number, character = 'x'): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const done = world.node.publish(channel, JSON.stringify(character.repeat(60_000)));
    await world.clock.settle();
    await done;
  }
}

describe("SL1 RE2 a connection's recoveries", () => {
  const ROOMS = ['log:a', 'log:b', 'log:c', 'log:d'];
  const subs = Object.fromEntries(ROOMS.map((room) => [room, { recover: true, epoch: EPOCH, offset: 0 }]));

  type Connected = { readonly subs: Record<string, Subscribed> };

  /** By room: whether it was recovered, the offsets returned, and the position. */
  async function connectAgain(world: TestNode): Promise<Record<string, unknown>> {
    const client = world.open();
    const answer = await world.ask(client, { connect: { subs } });
    const connect = answer?.connect as Connected;
    const told = Object.entries(connect.subs);
    return Object.fromEntries(told.map(([room, start]) => [room, [start.recovered, offsetsOf(start), start.offset]]));
  }

  test('SL1 RE2 RE5 fill a connect reply up to the limit, room by room; the others start at the current position', async () => {
    const hooks = { serverChannels: async () => ROOMS };
    const world = new TestNode({ hooks, limits: { recoveryBytes: 700_000 } });
    for (const room of ['log:a', 'log:b', 'log:c']) await publishLong(world, room, 5);
    await publishLong(world, 'log:d', 1);
    expect(await connectAgain(world)).toEqual({
      'log:a': [true, range(1, 5), 0],
      'log:b': [true, range(1, 5), 0],
      'log:c': [undefined, [], 5],
      'log:d': [true, [1], 0],
    });
  });

  test('SL1 RE2 count what is already buffered for the client, also in a burst of subscribes', async () => {
    const world = new TestNode({ limits: { recoveryBytes: 700_000 } });
    for (const room of ROOMS) await publishLong(world, room, 5);
    const client = await world.connected();
    const told: number[] = [];
    const receive = client.send.bind(client);
    client.send = (frame) => {
      client.waiting += frame.length;
      receive(frame);
    };
    const ids = client.say(
      ...ROOMS.map((channel) => ({ subscribe: { channel, recover: true, epoch: EPOCH, offset: 0 } })),
    );
    await world.clock.settle();
    for (const id of ids) told.push(offsetsOf(client.answer(id)?.subscribe as Subscribed).length);
    expect(told).toEqual([5, 5, 0, 0]);
    // A client that missed nothing has nothing buffered.
    await world.ask(client, { unsubscribe: { channel: 'log:d' } });
    const answer = await world.ask(client, {
      subscribe: { channel: 'log:d', recover: true, epoch: EPOCH, offset: 5 },
    });
    expect(answer).toMatchObject({ subscribe: { recovered: true } });
    // It has read everything.
    client.waiting = 0;
    await world.ask(client, { unsubscribe: { channel: 'log:c' } });
    const again = await world.ask(client, { subscribe: { channel: 'log:c', recover: true, epoch: EPOCH, offset: 0 } });
    expect(again).toMatchObject({ subscribe: { recovered: true } });
  });

  test('SL1 RE2 count bytes, not characters', async () => {
    const world = new TestNode({ limits: { recoveryBytes: 700_000 } });
    await publishLong(world, CHANNEL, 5, '榕');
    expect((await comeBack(world, 0)).recovered).toBeUndefined();
    expect(offsetsOf(await comeBack(world, 2))).toEqual([3, 4, 5]);
  });

  test('RE1 return everything missed if the budget allows it, whatever its size', async () => {
    const world = new TestNode({ limits: { recoveryBytes: 4_000_000 } });
    await publishLong(world, CHANNEL, 40);
    expect(offsetsOf(await comeBack(world, 0))).toEqual(range(1, 40));
  });

  test('RE3 are refused above the budget for a client that requires recovery, and it may retry', async () => {
    const world = new TestNode({ limits: { recoveryBytes: 100_000 } });
    await publishLong(world, CHANNEL, 5);
    const client = await world.connected();
    const strict = { ...backFrom(0).subscribe, flag: 2 };
    expect(await world.ask(client, { subscribe: strict })).toMatchObject({ error: { code: 112 } });
    expect(await world.ask(client, { subscribe: { channel: CHANNEL } })).toMatchObject({ subscribe: { offset: 5 } });
  });
});

describe('a log whose pages are shorter than requested', () => {
  test('RE1 RE4 recoveries read further pages', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 20);
    world.log.pageLength = 3;
    for (const offset of [0, 7, 19, 20])
      expect(offsetsOf(await comeBack(world, offset))).toEqual(range(offset + 1, 20));
    await world.publish(CHANNEL, 21);
    expect(offsetsOf(await comeBack(world, 4))).toEqual(range(5, 21));
  });

  test('RE1 recoveries have no gap when publications arrive between two pages', async () => {
    const world = new TestNode();
    await world.publish(CHANNEL, 1, 8);
    world.log.pageLength = 2;
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say(backFrom(1));
    await world.clock.settle();
    await world.publish(CHANNEL, 9, 10);
    answerNow();
    await world.clock.settle();
    await world.publish(CHANNEL, 11);
    expect([...offsetsOf(subscribedOf(client)), ...client.offsets(CHANNEL)]).toEqual(range(2, 11));
  });

  test('OR4 a gap is filled completely', async () => {
    const world = new TestNode();
    const client = await world.subscribed(CHANNEL);
    await world.publishElsewhere(CHANNEL, 1, 10);
    world.log.pageLength = 3;
    await world.hear(CHANNEL, EPOCH, 10);
    expect(client.offsets(CHANNEL)).toEqual(range(1, 10));
  });
});
