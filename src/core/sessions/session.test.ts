import { describe, expect, test } from 'bun:test';
import { type NodeOptions, PLAIN, person, TestNode } from '../../../tests/core/node.ts';
import type { SignedIn } from '../access/tokens.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';

const BAD_REQUEST = { code: 3_501, reason: 'bad request' };

describe('SE1 the first command', () => {
  const commands: readonly Record<string, unknown>[] = [
    { subscribe: { channel: 'log:a' } },
    { publish: { channel: 'log:a', data: 1 } },
    { history: { channel: 'log:a' } },
    { presence: { channel: 'live:a' } },
    { rpc: { method: 'm', data: 1 } },
    { refresh: { token: 't' } },
    { unsubscribe: { channel: 'log:a' } },
    { ping: {} },
    { send: { data: 1 } },
  ];
  test.each(commands.map((command) => [Object.keys(command)[0] as string, command] as const))(
    'SE1 %s before connect closes with 3501, and has no effect',
    async (_name, command) => {
      const world = new TestNode();
      const client = world.open();
      client.say(command, { connect: {} });
      await world.clock.settle();
      expect(client.closedWith).toEqual(BAD_REQUEST);
      expect(client.lines).toEqual([]);
      expect(world.log.batches).toEqual([]);
    },
  );

  test('SE1 a second connect closes with 3501, immediately or after the first', async () => {
    const world = new TestNode();
    const [late, early] = [await world.connected(), world.open()];
    late.say({ connect: {} });
    early.say({ connect: {} }, { connect: {} });
    await world.clock.settle();
    expect([late.closedWith, early.closedWith]).toEqual([BAD_REQUEST, BAD_REQUEST]);
  });

  test("returns the client's id and the connection's parameters", async () => {
    const world = new TestNode();
    const client = await world.connected();
    expect(client.lines).toEqual([
      {
        id: 1,
        connect: {
          ...{ client: client.session.client, version: '0', ping: 25, pong: true, node: 'test' },
          time: world.clock.now(),
        },
      },
    ]);
  });
});

describe('SE2 a refused connect', () => {
  const refused = () => new TestNode({ limits: { anonymous: false } });

  test('PE1 SE2 gets 101 if anonymous clients are not allowed, and the connection stays open', async () => {
    const client = await refused().connected();
    expect(client.lines).toMatchObject([{ id: 1, error: { code: 101 } }]);
    expect(client.closedWith).toBeUndefined();
  });

  test('SE2 is followed by no further command, not even another connect', async () => {
    for (const command of [{ connect: {} }, { publish: { channel: 'log:a', data: 1 } }]) {
      const world = refused();
      const client = await world.connected();
      client.say(command);
      await world.clock.settle();
      expect(client.closedWith).toEqual(BAD_REQUEST);
      expect(world.log.batches).toEqual([]);
    }
  });

  test('SE2 drops commands sent right after it', async () => {
    const world = refused();
    const client = world.open();
    client.say({ connect: {} }, { publish: { channel: 'log:a', data: 1 } });
    await world.clock.settle();
    expect(world.log.batches).toEqual([]);
    expect(client.lines).toMatchObject([{ id: 1, error: { code: 101 } }]);
  });
});

describe('SE3 a connection that does not connect', () => {
  test('SE3 is closed with 3502 after 10 s, and not before', async () => {
    const world = new TestNode();
    const client = world.open();
    await world.clock.pass(10_000);
    expect(client.closedWith).toBeUndefined();
    await world.clock.pass(2_000);
    expect(client.closedWith).toEqual({ code: 3_502, reason: 'stale' });
    expect(world.node.connections).toBe(0);
  });

  const refusals: readonly [when: string, options: NodeOptions][] = [
    ['at once', { limits: { anonymous: false } }],
    ['late', { hooks: { serverChannels: () => Promise.reject(new Error('database gone')) } }],
  ];
  test.each([...refusals])('SE3 nor is one kept that was refused %s', async (_when, options) => {
    const world = new TestNode(options);
    const client = await world.connected();
    expect(client.answer(1)).toHaveProperty('error');
    await world.clock.pass(12_000);
    expect(client.closedWith).toMatchObject({ code: 3_502 });
    expect(world.node.connections).toBe(0);
  });

  test('SE3 nor is one that only sends pongs while its token is being verified', async () => {
    const world = new TestNode({ hooks: { verifyToken: () => new Promise(() => undefined) } });
    const client = world.open();
    client.say({ connect: { token: 't' } });
    for (let second = 0; second < 12 && client.closedWith === undefined; second += 1) {
      client.session.receive('{}');
      await world.clock.pass(1_000);
    }
    expect(client.closedWith).toMatchObject({ code: 3_502 });
  });

  test('SE3 SE6 empty lines do not keep a connection open', async () => {
    const world = new TestNode();
    const client = world.open();
    client.session.receive('\n');
    expect(client.closedWith).toEqual(BAD_REQUEST);
    expect(world.node.connections).toBe(0);
  });
});

describe('SE5 commands right after connect', () => {
  test('SE5 are answered after it, in their order', async () => {
    const world = new TestNode({ hooks: { serverChannels: () => Promise.resolve(['log:a']) } });
    const client = world.open();
    client.say(
      { connect: {} },
      { publish: { channel: 'log:a', data: 'mine' } },
      { rpc: { method: 'echo', data: { n: 1 } } },
      { history: { channel: 'log:a', limit: -1 } },
    );
    await world.clock.settle();
    expect(client.lines[0]).toMatchObject({ id: 1, connect: {} });
    expect([2, 3, 4].map((id) => Object.keys(client.answer(id) ?? {})[1])).toEqual(['publish', 'rpc', 'history']);
    expect(client.answer(3)).toEqual({ id: 3, rpc: { data: { n: 1 } } });
    expect(client.published('log:a')).toEqual(['mine']);
  });

  test('SE5 SL3 one more than may be pending gets 111; the others are answered, and the client stays', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 3 } });
    const client = world.open();
    const rpc = { rpc: { method: 'echo', data: 1 } };
    client.say({ connect: {} }, rpc, rpc, rpc, rpc);
    await world.clock.settle();
    expect(client.answer(5)).toMatchObject({ error: { code: 111, temporary: true } });
    expect([2, 3, 4].map((id) => client.answer(id)?.error)).toEqual([undefined, undefined, undefined]);
    expect(await world.ask(client, rpc)).toHaveProperty('rpc');
  });

  test('SE5 SL3 pongs do not count as commands', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 2 } });
    const client = world.open();
    client.say({ connect: {} });
    for (let pong = 0; pong < 5; pong += 1) client.session.receive('{}');
    client.say({ rpc: { method: 'echo', data: 1 } }, { rpc: { method: 'echo', data: 2 } });
    await world.clock.settle();
    expect([client.answer(2), client.answer(3)]).toMatchObject([{ rpc: { data: 1 } }, { rpc: { data: 2 } }]);
  });
});

describe('SE6 invalid input', () => {
  const garbage = [
    '',
    'hello',
    '[]',
    'null',
    '{',
    '{"id":-1,"ping":{}}',
    '{"id":1}',
    '{"id":1,"connect":[]}',
    '\u0000',
    '\n',
    '\n\n\n',
  ];
  test.each(garbage.map((frame) => [JSON.stringify(frame), frame] as const))(
    'SE6 %s closes that connection with 3501 and affects no other',
    async (_name, frame) => {
      const world = new TestNode();
      const [client, other] = [await world.subscribed('log:a'), await world.subscribed('log:a')];
      client.session.receive(frame);
      await world.publish('log:a', 1);
      expect(client.closedWith).toEqual(BAD_REQUEST);
      expect(other.closedWith).toBeUndefined();
      expect(other.offsets('log:a')).toEqual([1]);
      expect(world.node.connections).toBe(1);
    },
  );

  test('SE6 no command of a frame runs if one of its lines is invalid', async () => {
    const world = new TestNode();
    const client = await world.connected();
    client.session.receive('{"id":2,"publish":{"channel":"log:a","data":1}}\nnonsense');
    await world.clock.settle();
    expect(world.log.batches).toEqual([]);
    expect(client.closedWith).toEqual(BAD_REQUEST);
  });

  test('input after the close is ignored', async () => {
    const world = new TestNode();
    const client = await world.connected();
    client.hangUp();
    client.say({ publish: { channel: 'log:a', data: 1 } });
    client.hangUp();
    await world.clock.settle();
    expect(world.log.batches).toEqual([]);
    expect(world.node.connections).toBe(0);
  });
});

describe('SL3 pending commands', () => {
  test('SL3 one more than the limit gets 111; the others are answered, and then there is room again', async () => {
    const open: (() => void)[] = [];
    const call = (_name: string, _context: unknown, input: unknown) =>
      new Promise<unknown>((resolve) => open.push(() => resolve(input)));
    const world = new TestNode({ limits: { commandsInFlight: 2 }, hooks: { call } });
    const client = await world.connected();
    const rpc = { rpc: { method: 'slow', data: 1 } };
    client.say(rpc, rpc, rpc);
    await world.clock.settle();
    expect(client.lines.slice(1)).toMatchObject([{ id: 4, error: { code: 111, temporary: true } }]);
    for (const answer of open.splice(0)) answer();
    await world.clock.settle();
    expect([client.answer(2), client.answer(3)]).toMatchObject([{ rpc: {} }, { rpc: {} }]);
    client.say(rpc);
    for (const answer of open.splice(0)) answer();
    await world.clock.settle();
    expect(client.answer(5)).toHaveProperty('rpc');
  });
});

describe('SL1 history reads', () => {
  const history = { history: { channel: 'log:a', limit: -1 } };

  test('SL1 only a few of a connection run at once, the others one after another', async () => {
    const world = new TestNode();
    await world.publish('log:a', 1);
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    const ids = client.say(...Array.from({ length: 40 }, () => history));
    await world.clock.settle();
    expect(world.log.reads.length).toBe(2);
    answerNow();
    await world.clock.settle();
    expect(client.lines.slice(1).map(({ id }) => id)).toEqual(ids);
    expect(client.lines.slice(1).every((line) => line.error === undefined)).toBe(true);
  });

  test('SL2 each gives other clients their turn, although the log answers at once', async () => {
    const world = new TestNode();
    await world.publish('mem:a', 1);
    const client = await world.connected();
    client.say(...Array.from({ length: 40 }, () => ({ history: { channel: 'mem:a', limit: -1 } })));
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.lines.length).toBe(1);
    await world.clock.settle();
    expect(client.lines.length).toBe(41);
  });

  test('SL1 none is run for a closed connection', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say(...Array.from({ length: 40 }, () => history));
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect(world.log.reads.length).toBe(2);
    expect(world.reported).toEqual([]);
  });
});

describe('replies', () => {
  test('of one turn are sent as one frame', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const frames: string[] = [];
    client.send = (frame) => void frames.push(String(frame));
    client.say({ rpc: { method: 'm', data: 1 } }, { rpc: { method: 'm', data: 2 } });
    await world.clock.settle();
    expect(frames).toEqual(['{"id":2,"rpc":{"data":1}}\n{"id":3,"rpc":{"data":2}}']);
  });

  test('show nothing of an internal error, which is logged', async () => {
    const world = new TestNode({ hooks: { call: () => Promise.reject(new Error('secret path /var/db')) } });
    const answer = await world.ask(await world.connected(), { rpc: { method: 'm', data: {} } });
    expect(answer?.error).toEqual({ code: 100, message: 'internal server error', temporary: true });
    expect(world.reported).toEqual(['command.failed']);
  });

  test('to ping and send are empty', async () => {
    const world = new TestNode();
    const client = await world.connected();
    expect(await world.ask(client, { ping: {} })).toMatchObject({ error: { code: 108 } });
    client.say({ send: { data: 1 } });
    expect(client.closedWith).toMatchObject({ code: 3_508 });
  });
});

describe('a token', () => {
  const external = (user: string): SignedIn['principal'] => ({ kind: 'external', user });
  type Verify = (token: string) => Promise<SignedIn>;

  const withTokens = (verifyToken: Verify) =>
    new TestNode({
      limits: { anonymous: false },
      hooks: { verifyToken },
      namespaces: { users: { options: { ...PLAIN, presence: true, subscribe: 'users' } } },
    });

  test('authenticates the connection, whatever its cookie, and returns its lifetime', async () => {
    const world = withTokens(async () => ({ principal: external('eve'), expiresAt: world.clock.now() + 59_001 }));
    const client = world.open(person('ada'));
    client.say({ connect: { token: 't' } });
    await world.clock.settle();
    expect(client.answer(1)).toMatchObject({ connect: { expires: true, ttl: 60 } });
    await world.ask(client, { subscribe: { channel: 'users:x' } });
    const present = await world.ask(client, { presence: { channel: 'users:x' } });
    expect(present).toMatchObject({ presence: { presence: { [client.session.client]: { user: 'eve' } } } });
    // Neither the person of the cookie, nor one who happens to have the same id, is online by it.
    expect([world.node.connectionsOf('eve'), world.node.connectionsOf('ada')]).toEqual([0, 0]);
  });

  test('that has expired gets 109, an invalid one closes with 3500', async () => {
    const refusals: Record<string, Error> = {
      old: new ClientError('tokenExpired'),
      wrong: new DisconnectError('invalidToken'),
    };
    const world = withTokens((token) => Promise.reject(refusals[token]));
    const [old, wrong] = [world.open(), world.open(person('ada'))];
    old.say({ connect: { token: 'old' } });
    wrong.say({ connect: { token: 'wrong' } });
    await world.clock.settle();
    expect(old.answer(1)).toMatchObject({ error: { code: 109 } });
    expect(wrong.closedWith).toEqual({ code: 3_500, reason: 'invalid token' });
    expect(wrong.lines).toEqual([]);
  });

  test('without a user is refused if anonymous clients are not allowed', async () => {
    const world = withTokens(async () => ({ principal: { kind: 'anonymous' } }));
    const client = world.open(person('ada'));
    client.say({ connect: { token: 't' } });
    await world.clock.settle();
    expect(client.answer(1)).toMatchObject({ error: { code: 101 } });
  });

  test('that is not renewed closes the connection with 3005; a renewed one does not', async () => {
    const world = withTokens(async () => ({ principal: external('eve'), expiresAt: world.clock.now() + 60_000 }));
    const [kept, left] = [world.open(), world.open()];
    for (const client of [kept, left]) client.say({ connect: { token: 't' } });
    for (let second = 1; second <= 150; second += 1) {
      await world.clock.pass(1_000);
      for (const client of [kept, left]) client.session.receive('{}');
      if (second % 50 !== 0) continue;
      const answer = await world.ask(kept, { refresh: { token: 't' } });
      expect(answer).toMatchObject({ refresh: { expires: true, ttl: 60 } });
    }
    expect(left.closedWith).toEqual({ code: 3_005, reason: 'connection expired' });
    expect(kept.closedWith).toBeUndefined();
  });

  test('of another user renews nothing: the connection is closed with 3500', async () => {
    const world = withTokens(async (token) => ({ principal: external(token) }));
    const client = world.open();
    client.say({ connect: { token: 'eve' } }, { refresh: { token: 'mallory' } });
    await world.clock.settle();
    expect(client.closedWith).toMatchObject({ code: 3_500 });
  });

  // https://github.com/centrifugal/centrifuge/pull/628: official clients stay disconnected after an error reply to a
  // refresh.
  test('TK5 that has expired when it is sent in a refresh closes the connection with 3005', async () => {
    const world = withTokens(async (token) => {
      if (token === 'old') throw new ClientError('tokenExpired');
      return { principal: external('eve') };
    });
    const client = world.open();
    client.say({ connect: { token: 'good' } });
    await world.clock.settle();
    expect(await world.ask(client, { refresh: { token: 'good' } })).toEqual({ id: 2, refresh: {} });
    client.say({ refresh: { token: 'old' } });
    await world.clock.settle();
    expect(client.closedWith).toEqual({ code: 3_005, reason: 'connection expired' });
  });
});
