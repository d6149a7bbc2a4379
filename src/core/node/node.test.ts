import { describe, expect, test } from 'bun:test';
import { PLAIN, person, range, TestNode } from '../../../tests/core/node.ts';
import { ClientError } from '../errors.ts';

const ADA = person('ada');

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ClientError ? error.kind : `not refused: ${error}`;
}

describe('publish', () => {
  test('a publication without history reaches subscribers, and uses no offset', async () => {
    const world = new TestNode();
    const client = await world.subscribed('log:a');
    await world.publish('log:a', 1);
    const done = world.node.publish('log:a', '"now"', { fleeting: true });
    await world.clock.settle();
    expect(await done).toMatchObject({ offset: 0, epoch: '' });
    await world.publish('log:a', 2);
    expect(client.published('log:a')).toEqual([1, 'now', 2]);
    expect(client.offsets('log:a')).toEqual([1, undefined, 2]);
    expect((await world.node.read('log:a', { limit: 9 })).publications.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  test('OR1 OR2 OR3 publications of one connection keep their order, and every subscriber gets each once', async () => {
    const world = new TestNode();
    const readers = [await world.subscribed('log:a'), await world.subscribed('log:a')];
    const writer = await world.connected();
    writer.say(...range(1, 50).map((data) => ({ publish: { channel: 'log:a', data } })));
    await world.clock.settle();
    for (const reader of readers) {
      expect(reader.published('log:a')).toEqual(range(1, 50));
      expect(reader.offsets('log:a')).toEqual(range(1, 50));
    }
    expect(writer.lines.slice(1).every((line) => 'publish' in line)).toBe(true);
  });

  test("has its publisher's info, and data as written", async () => {
    const world = new TestNode();
    const reader = await world.subscribed('log:a');
    const writer = await world.connected(ADA);
    writer.session.receive('{"id":9,"publish":{"channel":"log:a","data":{"n":12345678901234567890, "x" : 1.0}}}');
    const frames: string[] = [];
    reader.send = (frame) => void frames.push(String(frame));
    await world.clock.settle();
    const info = `{"user":"ada","client":"${writer.session.client}"}`;
    expect(frames).toEqual([
      `{"push":{"channel":"log:a","pub":{"data":{"n":12345678901234567890, "x" : 1.0},"info":${info},"offset":1}}}`,
    ]);
  });

  test('AC3 without history it reaches current subscribers, and no later ones', async () => {
    const world = new TestNode();
    const [reader, writer] = [await world.subscribed('live:a'), await world.connected()];
    expect(await world.ask(writer, { publish: { channel: 'live:a', data: 'now' } })).toEqual({ id: 2, publish: {} });
    expect(reader.published('live:a')).toEqual(['now']);
    expect(reader.offsets('live:a')).toEqual([undefined]);
    const late = await world.subscribed('live:a', { recover: true, epoch: '', offset: 0 });
    expect(late.answer(2)).toEqual({ id: 2, subscribe: { was_recovering: true } });
    expect(late.published('live:a')).toEqual([]);
  });

  test('AC2 with memory history it can be read once it is answered', async () => {
    const world = new TestNode();
    const published = await world.node.publish('mem:a', '"x"');
    const page = await world.node.read('mem:a', { limit: 10 });
    expect(page.top).toEqual({ epoch: published.epoch, offset: 1, floor: 0 });
    expect(page.publications).toEqual([{ offset: 1, time: published.time, data: '"x"' }]);
  });

  test('AC4 a failed write gets a temporary error, and nothing is delivered', async () => {
    const world = new TestNode();
    const [reader, writer] = [await world.subscribed('log:a'), await world.connected()];
    world.log.failure = new Error('disk full');
    const answer = await world.ask(writer, { publish: { channel: 'log:a', data: 1 } });
    expect(answer).toMatchObject({ error: { code: 100, temporary: true } });
    world.log.failure = undefined;
    expect(reader.published('log:a')).toEqual([]);
    expect((await world.node.read('log:a', { limit: 10 })).publications).toEqual([]);
  });

  test.each(['log:a', 'mem:a'])('ID1 a repeated key gets the first answer: %s', async (channel) => {
    const world = new TestNode();
    const reader = await world.subscribed(channel);
    const publish = async (data: string, key: string) => {
      const done = world.node.publish(channel, data, { key });
      await world.clock.settle();
      return done;
    };
    const first = await publish('1', 'k');
    await world.clock.pass(5_000);
    expect(await publish('2', 'k')).toEqual({ ...first, repeated: true });
    expect(await publish('3', 'other')).toMatchObject({ offset: 2, repeated: false });
    expect(reader.published(channel)).toEqual([1, 3]);
  });

  test('ID1 the same key in another channel is another publication', async () => {
    const world = new TestNode();
    await world.node.publish('mem:a', '1', { key: 'k' });
    expect(await world.node.publish('mem:b', '2', { key: 'k' })).toMatchObject({ offset: 1, repeated: false });
  });

  test('PE1 an unknown namespace gets 102, a refused one 103, and nothing is written', async () => {
    const closed = { options: { ...PLAIN, history: 'durable', publish: 'nobody' } } as const;
    const world = new TestNode({ namespaces: { closed } });
    const client = await world.connected(ADA);
    const publish = (channel: string) => world.ask(client, { publish: { channel, data: 1 } });
    expect(await publish('nothing:here')).toMatchObject({ error: { code: 102 } });
    expect(await publish('closed:x')).toMatchObject({ error: { code: 103 } });
    expect(world.log.batches).toEqual([]);
  });
});

describe('history', () => {
  async function withTen() {
    const world = new TestNode();
    await world.publish('log:a', 1, 10);
    const client = await world.connected();
    const history = async (request: Record<string, unknown>) => {
      const answer = await world.ask(client, { history: { channel: 'log:a', ...request } });
      const { publications = [] } = (answer?.history ?? {}) as { publications?: readonly { data: number }[] };
      return { ...answer, data: publications.map(({ data }) => data) };
    };
    return { world, history };
  }

  const since = (offset: number, epoch = 'first-0') => ({ since: { epoch, offset } });
  const ranges: readonly [string, Record<string, unknown>, readonly number[]][] = [
    ['without a limit only the position', {}, []],
    ['all of it', { limit: -1 }, range(1, 10)],
    ['the first three', { limit: 3 }, [1, 2, 3]],
    ['the last three', { limit: 3, reverse: true }, [10, 9, 8]],
    ['three after the fifth', { limit: 3, ...since(5) }, [6, 7, 8]],
    ['three before the fifth', { limit: 3, reverse: true, ...since(5) }, [4, 3, 2]],
    ['after the last', { limit: 3, ...since(10) }, []],
    ['before the first', { limit: 3, reverse: true, ...since(1) }, []],
    ['in any epoch', { limit: 1, ...since(9, '') }, [10]],
  ];
  test.each([...ranges])('returns %s', async (_what, request, data) => {
    const { history } = await withTen();
    expect(await history(request)).toMatchObject({ data: [...data], history: { offset: 10, epoch: 'first-0' } });
  });

  const refusals: readonly [string, Record<string, unknown>, number][] = [
    ['another epoch', { limit: 3, ...since(5, 'another') }, 112],
    ['before the beginning', { limit: 3, reverse: true, ...since(0) }, 107],
    ['a channel without history', { channel: 'live:a', limit: 3 }, 108],
    ['an unknown namespace', { channel: 'nothing:a', limit: 3 }, 102],
  ];
  test.each([...refusals])('refuses %s', async (_what, request, code) => {
    const { history } = await withTen();
    expect(await history(request)).toMatchObject({ error: { code } });
  });

  test("returns at most the node's limit, and nothing that has expired", async () => {
    const world = new TestNode({ limits: { history: 4 } });
    await world.publish('log:a', 1, 10);
    await world.publish('mem:a', 1, 10);
    const read = async (channel: string, limit: number) =>
      (await world.ask(await world.connected(), { history: { channel, limit } }))?.history as {
        publications: object[];
      };
    expect((await read('log:a', 1_000)).publications).toMatchObject(range(1, 4).map((data) => ({ data })));
    expect((await read('mem:a', 1_000)).publications).toMatchObject(range(8, 10).map((data) => ({ data })));
    expect((await read('mem:a', 1)).publications).toMatchObject([{ data: 8 }]);
    await world.clock.pass(60_001);
    expect(await read('mem:a', 1_000)).toMatchObject({ publications: [], offset: 10 });
  });
});

describe('PR1 presence', () => {
  const present = async (world: TestNode, channel = 'live:a') => {
    const answer = await world.ask(await world.connected(), { presence: { channel } });
    const { presence = {} } = (answer?.presence ?? {}) as { presence?: Record<string, { user: string }> };
    return Object.values(presence).map(({ user }) => user);
  };

  const endings: readonly [string, (world: TestNode, client: Awaited<ReturnType<TestNode['connected']>>) => void][] = [
    ['unsubscribes', (_world, client) => void client.say({ unsubscribe: { channel: 'live:a' } })],
    ['hangs up', (_world, client) => client.hangUp()],
    ['breaks the protocol', (_world, client) => client.session.receive('nonsense')],
    ['is taken out', (world) => world.node.unsubscribeUser('ada', 'live:a')],
    ['is disconnected', (world) => world.node.disconnectUser('ada', 'forceDisconnect')],
  ];
  test.each([...endings])('PR1 PR2 lasts until the client %s, which is announced', async (_how, end) => {
    const world = new TestNode();
    const watcher = await world.subscribed('live:a', { join_leave: true });
    const client = await world.connected(ADA);
    await world.ask(client, { subscribe: { channel: 'live:a' } });
    expect((await present(world)).sort()).toEqual(['', 'ada']);
    end(world, client);
    await world.clock.settle();
    expect(await present(world)).toEqual(['']);
    const ofAda = watcher.pushes('live:a').filter((push) => JSON.stringify(push).includes('"ada"'));
    expect(ofAda).toMatchObject([{ join: { info: { user: 'ada' } } }, { leave: { info: { user: 'ada' } } }]);
  });

  test('PR1 ends for a client that stays silent', async () => {
    const world = new TestNode();
    const client = await world.connected(ADA);
    await world.ask(client, { subscribe: { channel: 'live:a' } });
    await world.clock.pass(40_000);
    expect(client.closedWith).toMatchObject({ code: 3_012 });
    expect(await present(world)).toEqual([]);
  });

  test('PR1 of one person on two devices ends separately', async () => {
    const world = new TestNode();
    const [phone, desk] = [await world.connected(person('ada', 'p')), await world.connected(person('ada', 'd'))];
    for (const client of [phone, desk]) await world.ask(client, { subscribe: { channel: 'live:a' } });
    const stats = async () => (await world.ask(desk, { presence_stats: { channel: 'live:a' } }))?.presence_stats;
    expect(await stats()).toEqual({ num_clients: 2, num_users: 1 });
    phone.hangUp();
    expect(await stats()).toEqual({ num_clients: 1, num_users: 1 });
  });

  test('PR1 a refused client is never present', async () => {
    const options = { ...PLAIN, presence: true, joinLeave: true, subscribe: 'nobody' } as const;
    const world = new TestNode({ namespaces: { shut: { options } } });
    const client = await world.connected(ADA);
    expect(await world.ask(client, { subscribe: { channel: 'shut:a' } })).toMatchObject({ error: { code: 103 } });
    expect(await present(world, 'shut:a')).toEqual([]);
  });

  test('PE1 is refused if the namespace has none, or does not allow it', async () => {
    const options = { ...PLAIN, presence: true, readPresence: 'nobody' } as const;
    const world = new TestNode({ namespaces: { shut: { options } } });
    const client = await world.connected();
    expect(await world.ask(client, { presence: { channel: 'log:a' } })).toMatchObject({ error: { code: 108 } });
    expect(await world.ask(client, { presence: { channel: 'shut:a' } })).toMatchObject({ error: { code: 103 } });
    expect(await world.ask(client, { presence_stats: { channel: 'shut:a' } })).toMatchObject({ error: { code: 103 } });
  });

  // Expected values: `OnPresence`, `OnPresenceStats` and `OnHistory` in internal/client/handler.go of Centrifugo 6.9.1.
  test('PE1 presence or history that a namespace does not have is not available, whatever the permissions', async () => {
    const options = { ...PLAIN, readPresence: 'nobody', readHistory: 'nobody' } as const;
    const kept = { ...options, presence: true, history: 'memory' } as const;
    const world = new TestNode({ namespaces: { bare: { options }, kept: { options: kept } } });
    const client = await world.connected();
    for (const command of ['presence', 'presence_stats', 'history']) {
      const codes = ['bare:a', 'kept:a', 'none:a'].map(
        async (channel) => (await world.ask(client, { [command]: { channel } }))?.error?.code,
      );
      expect([command, ...(await Promise.all(codes))]).toEqual([command, 108, 103, 102]);
    }
  });
});

describe('PR2 joins and leaves', () => {
  test('PR2 reach clients that requested them, in order, between publications', async () => {
    const world = new TestNode();
    const asked = await world.subscribed('live:a', { join_leave: true });
    const other = await world.subscribed('live:a');
    asked.lines.length = 0;
    other.lines.length = 0;
    const client = await world.connected(ADA);
    for (let round = 1; round <= 3; round += 1) {
      await world.ask(client, { subscribe: { channel: 'live:a' } });
      client.say({ publish: { channel: 'live:a', data: round } }, { unsubscribe: { channel: 'live:a' } });
      await world.clock.settle();
    }
    const kinds = asked.pushes('live:a').map((push) => Object.keys(push)[1]);
    expect(kinds).toEqual(['join', 'pub', 'leave', 'join', 'pub', 'leave', 'join', 'pub', 'leave']);
    expect(other.pushes('live:a').map((push) => Object.keys(push)[1])).toEqual(['pub', 'pub', 'pub']);
  });

  test('PR2 are not sent if the namespace has none, even on request', async () => {
    const world = new TestNode();
    const watcher = await world.subscribed('log:a', { join_leave: true });
    (await world.subscribed('log:a')).hangUp();
    await world.clock.settle();
    expect(watcher.pushes('log:a')).toEqual([]);
  });
});

describe('PR3 online', () => {
  function watched() {
    const seen: [user: string, online: boolean, after: number][] = [];
    const world: TestNode = new TestNode({
      hooks: { onPresence: (user, online) => void seen.push([user, online, world.clock.now() - start]) },
    });
    const start = world.clock.now();
    return { world, seen };
  }

  test('PR3 while any connection is open, and for 5 s after the last one closed', async () => {
    const { world, seen } = watched();
    const [first, second] = [await world.connected(ADA), await world.connected(ADA)];
    first.hangUp();
    await world.clock.pass(6_000);
    second.hangUp();
    await world.clock.pass(4_999);
    expect(seen).toEqual([['ada', true, 0]]);
    await world.clock.pass(1);
    expect(seen).toEqual([
      ['ada', true, 0],
      ['ada', false, 11_000],
    ]);
  });

  test('PR3 a return within 5 s is no absence, and the 5 s restart with the next close', async () => {
    const { world, seen } = watched();
    (await world.connected(ADA)).hangUp();
    await world.clock.pass(3_000);
    (await world.connected(ADA)).hangUp();
    await world.clock.pass(4_000);
    expect(seen.filter(([, online]) => !online)).toEqual([]);
    await world.clock.pass(10_000);
    expect(seen.filter(([, online]) => !online)).toEqual([['ada', false, 8_000]]);
  });

  test('PR3 is not reported for anonymous or refused clients', async () => {
    const { world, seen } = watched();
    (await world.connected()).hangUp();
    world.open(ADA).hangUp();
    await world.clock.pass(6_000);
    expect(seen).toEqual([]);
  });

  test("PE1 PR3 a token's user is not the person with the same id", async () => {
    const { world, seen } = watched();
    const stranger = await world.connected({ kind: 'external', user: 'ada' });
    world.node.subscribeUser('ada', 'log:hers');
    world.node.disconnectUser('ada', 'forceDisconnect');
    await world.clock.settle();
    expect([seen, stranger.closedWith, world.node.connectionsOf('ada')]).toEqual([[], undefined, 0]);
    expect(world.node.hub.get('log:hers')).toBeUndefined();
  });
});

describe('a drain', () => {
  test('SE7 AC1 tells every client to reconnect, and ends when accepted publications are written', async () => {
    const world = new TestNode();
    const [connected, waiting] = [await world.connected(), world.open()];
    const publish = world.node.publish('log:a', '1');
    const drained = world.node.drain();
    expect([connected, waiting].map(({ closedWith }) => closedWith?.code)).toEqual([3_001, 3_001]);
    await world.clock.settle();
    await drained;
    expect(await publish).toMatchObject({ offset: 1 });
    expect(world.node.connections).toBe(0);
  });
});

describe('history reads by features', () => {
  test('fail in a channel without history', async () => {
    const world = new TestNode();
    expect(await refusal(world.node.read('live:a', { limit: 1 }))).toBe('notAvailable');
    expect(await refusal(world.node.read('nothing:a', { limit: 1 }))).toBe('unknownChannel');
  });
});
