import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, person, range, TestNode } from '../../../tests/core/node.ts';
import type { NamespaceDefinition } from '../operations/feature.ts';

const ADA = person('ada');

type Subscribed = { readonly offset?: number; readonly publications?: readonly { readonly offset: number }[] };

/** The channels in the connect reply. */
function subsOf(client: Client): Readonly<Record<string, Subscribed>> {
  const connect = client.answer(1)?.connect as { readonly subs: Record<string, Subscribed> } | undefined;
  return connect?.subs ?? {};
}

/** A feature's namespace whose answer is given by the test. */
function policed() {
  const open: ((allowed: boolean) => void)[] = [];
  const definition: NamespaceDefinition = {
    options: { ...PLAIN, history: 'memory', subscribe: 'feature', publish: 'feature' },
    policy: () => new Promise((resolve) => open.push(resolve)),
  };
  const answer = (allowed: boolean) => {
    for (const resolve of open.splice(0)) resolve(allowed);
  };
  return { world: new TestNode({ namespaces: { room: definition } }), answer };
}

describe("a client's request", () => {
  const refusals: readonly [string, string, number][] = [
    ['an unknown namespace', 'nothing:here', 102],
    ['a name without a namespace', 'plain', 102],
    ['an empty name', '', 107],
    ['a name of 256 characters', `log:${'x'.repeat(252)}`, 107],
    ['the channel it is in', 'log:mine', 105],
  ];
  test.each([...refusals])('PE1 %s is refused', async (_what, channel, code) => {
    const world = new TestNode();
    const client = await world.subscribed('log:mine');
    expect(await world.ask(client, { subscribe: { channel } })).toMatchObject({ error: { code } });
    expect(client.closedWith).toBeUndefined();
  });

  test('more channels than the limit are refused; leaving one makes room, and so does a refusal', async () => {
    const world = new TestNode({ limits: { channels: 2 } });
    const client = await world.subscribed('log:a');
    expect(await world.ask(client, { subscribe: { channel: 'nothing:here' } })).toHaveProperty('error.code', 102);
    expect(await world.ask(client, { subscribe: { channel: 'log:b' } })).toHaveProperty('subscribe');
    expect(await world.ask(client, { subscribe: { channel: 'log:c' } })).toHaveProperty('error.code', 106);
    await world.ask(client, { unsubscribe: { channel: 'log:a' } });
    expect(await world.ask(client, { subscribe: { channel: 'log:c' } })).toHaveProperty('subscribe');
  });

  test('server-side subscriptions do not count towards the limit', async () => {
    const hooks = { serverChannels: async () => ['log:a', 'log:b', 'log:c'] };
    const world = new TestNode({ limits: { channels: 1 }, hooks });
    const client = await world.subscribed('log:d');
    expect(client.answer(2)).toHaveProperty('subscribe');
  });

  test('nothing of a channel follows the reply to unsubscribe, also when sent right after subscribe', async () => {
    const world = new TestNode();
    const client = await world.connected();
    client.say({ subscribe: { channel: 'log:a' } }, { unsubscribe: { channel: 'log:a' } });
    await world.clock.settle();
    await world.publish('log:a', 1, 3);
    expect(client.lines.slice(1)).toMatchObject([
      { id: 2, subscribe: {} },
      { id: 3, unsubscribe: {} },
    ]);
    expect(world.node.hub.size).toBe(0);
  });
});

describe('RE3 a client that requires recovery', () => {
  const REJECT = 2;
  test('RE3 gets error 112 and is not subscribed if it fails; without the option, it starts at the current position', async () => {
    const world = new TestNode();
    await world.publish('log:a', 1, 3);
    const back = { channel: 'log:a', recover: true, epoch: 'another', offset: 1 };
    const client = await world.connected();
    const refused = await world.ask(client, { subscribe: { ...back, flag: REJECT } });
    expect(refused).toMatchObject({ error: { code: 112 } });
    await world.publish('log:a', 4);
    expect(client.offsets('log:a')).toEqual([]);
    expect(world.node.hub.size).toBe(0);
    expect(await world.ask(client, { subscribe: back })).toMatchObject({ subscribe: { offset: 4 } });
  });

  test('RE3 RE1 recovers like any other if possible, and is not refused without a position', async () => {
    const world = new TestNode();
    await world.publish('log:a', 1, 3);
    const back = { channel: 'log:a', recover: true, epoch: 'first-0', offset: 1, flag: REJECT };
    expect(await world.ask(await world.connected(), { subscribe: back })).toHaveProperty('subscribe.recovered', true);
    const fresh = { channel: 'log:a', flag: REJECT };
    expect(await world.ask(await world.connected(), { subscribe: fresh })).toHaveProperty('subscribe.offset', 3);
  });
});

test('RE3 RE7 nobody is refused where only the newest publication is recovered, as in Centrifugo', async () => {
  // centrifuge v0.38 client.go, subscribeCmd: the branch of RecoveryModeCache never looks at RejectUnrecovered.
  const options = { ...PLAIN, history: 'memory', recovery: 'cache', autoRecover: true } as const;
  const world = new TestNode({ namespaces: { newest: { options } } });
  const flag = 2;
  const strange = { channel: 'newest:a', recover: true, epoch: 'another', offset: 7, flag };
  expect(await world.ask(await world.connected(), { subscribe: strange })).not.toHaveProperty('error');
  expect(await world.ask(await world.connected(), { subscribe: { channel: 'newest:b', flag } })).not.toHaveProperty(
    'error',
  );
});

describe('RE5 server-side subscriptions', () => {
  const CHANNELS = ['log:a', 'mem:b', 'live:c'];
  const hooks = { serverChannels: async () => CHANNELS };

  test('RE5 RE1 RE2 each recovers in the connect reply, or says that it cannot', async () => {
    const world = new TestNode({ hooks });
    await world.publish('log:a', 1, 3);
    await world.publish('mem:b', 1, 2);
    const client = world.open();
    const since = { recover: true, epoch: 'first-0', offset: 1 };
    client.say({ connect: { subs: { 'log:a': since, 'mem:b': since, 'log:not-mine': since } } });
    await world.clock.settle();
    expect(client.answer(1)).toMatchObject({
      connect: {
        subs: {
          'log:a': { recovered: true, offset: 1, publications: [{ data: 2 }, { data: 3 }] },
          'mem:b': { was_recovering: true, offset: 2 },
          'live:c': {},
        },
      },
    });
    const subs = subsOf(client);
    expect(Object.keys(subs).sort()).toEqual([...CHANNELS].sort());
    expect(subs['mem:b']).not.toHaveProperty('recovered');
  });

  test('RE5 RE6 publications of the same moment follow the connect reply, and none is missed', async () => {
    const world = new TestNode({ hooks });
    await world.publish('log:a', 1);
    const answerNow = world.log.pauseReads();
    const client = world.open();
    client.say({ connect: {} });
    await world.clock.settle();
    await world.publish('log:a', 2);
    answerNow();
    await world.publish('log:a', 3);
    expect(client.lines[0]).toHaveProperty('connect');
    expect(client.offsets('log:a')).toEqual(range((subsOf(client)['log:a']?.offset ?? 0) + 1, 3));
  });

  test('one named twice is subscribed once, and released when the client leaves', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => ['log:a', 'log:a'] } });
    (await world.connected()).hangUp();
    expect(world.node.hub.size).toBe(0);
  });

  test('a failing feature refuses the connection with a temporary error, and reports it', async () => {
    const broken = { serverChannels: () => Promise.reject(new Error('database gone')) };
    const world = new TestNode({ hooks: broken });
    const client = await world.connected();
    expect(client.answer(1)).toMatchObject({ error: { code: 100, temporary: true } });
    expect(world.reported).toEqual(['command.failed']);
  });

  test('one whose log cannot be read releases the others', async () => {
    const world = new TestNode({ hooks });
    world.log.failure = new Error('disk on fire');
    await world.connected();
    expect(world.node.hub.size).toBe(0);
  });
});

describe('RE6', () => {
  test('RE6 the reply to subscribe comes before any publication, whenever that arrives', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const world = new TestNode();
      await world.publish('log:a', 1, 3);
      await world.subscribed('log:a');
      const client = await world.connected();
      client.say({ subscribe: { channel: 'log:a', recover: true, epoch: 'first-0', offset: 1 } });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await world.publish('log:a', 4);
      expect(client.lines[1]).toMatchObject({ id: 2, subscribe: { recovered: true } });
      const { publications = [] } = (client.lines[1]?.subscribe ?? {}) as Subscribed;
      expect([...publications.map(({ offset }) => offset), ...client.offsets('log:a')]).toEqual([2, 3, 4]);
    }
  });

  test('RE6 the reply comes before a publication of that turn, also when others wait for its end', async () => {
    const world = new TestNode();
    await world.subscribed('live:other');
    const client = await world.connected();
    world.say('live:other', '', 0);
    client.say({ subscribe: { channel: 'live:a' } });
    await new Promise((resolve) => setImmediate(resolve));
    world.say('live:a', '', 0);
    await world.clock.settle();
    expect(client.lines.slice(1).map((line) => Object.keys(line).at(-1))).toEqual(['subscribe', 'push']);
  });
});

describe('PE3 a revoked right', () => {
  test('PE3 ends a live subscription at once and tells the client not to resubscribe by itself', async () => {
    const { world, answer } = policed();
    const client = await world.connected(ADA);
    client.say({ subscribe: { channel: 'room:1' } });
    answer(true);
    await world.clock.settle();
    world.node.unsubscribeUser('ada', 'room:1');
    await world.publish('room:1', 1);
    expect(client.pushes('room:1')).toMatchObject([{ unsubscribe: { code: 2_000 } }]);
  });

  test('PE3 applies to a subscription whose permission is being checked', async () => {
    const { world, answer } = policed();
    const client = await world.connected(ADA);
    client.say({ subscribe: { channel: 'room:1' } });
    await world.clock.settle();
    world.node.unsubscribeUser('ada', 'room:1');
    answer(true);
    await world.clock.settle();
    await world.publish('room:1', 1);
    expect(client.answer(2)).toMatchObject({ error: { code: 103 } });
    expect(client.pushes('room:1')).toEqual([]);
  });

  test('PE3 applies to a client that the server is just subscribing', async () => {
    const world = new TestNode();
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    world.node.subscribeUser('ada', 'log:a');
    await world.clock.settle();
    world.node.unsubscribeUser('ada', 'log:a');
    answerNow();
    await world.publish('log:a', 1);
    expect(client.pushes('log:a')).toEqual([]);
  });

  test('PE3 applies to a connection that is just being set up', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => ['log:a', 'log:b'] } });
    const answerNow = world.log.pauseReads();
    const client = world.open(ADA);
    client.say({ connect: {} });
    await world.clock.settle();
    world.node.unsubscribeUser('ada', 'log:a');
    answerNow();
    await world.clock.settle();
    await world.publish('log:a', 1);
    await world.publish('log:b', 1);
    expect(client.answer(1)).toMatchObject({ connect: { subs: { 'log:b': {} } } });
    expect(client.pushes('log:a')).toEqual([]);
    expect(client.offsets('log:b')).toEqual([1]);
  });

  test('PE3 applies to what was granted and revoked during the connect', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => ['log:a'] } });
    const answerNow = world.log.pauseReads();
    const client = world.open(ADA);
    client.say({ connect: {} });
    await world.clock.settle();
    for (const channel of ['log:given', 'log:taken']) world.node.subscribeUser('ada', channel);
    world.node.unsubscribeUser('ada', 'log:taken');
    answerNow();
    await world.clock.settle();
    await world.publish('log:given', 1);
    await world.publish('log:taken', 1);
    expect(client.pushes('log:given')).toMatchObject([{ subscribe: {} }, { pub: { offset: 1 } }]);
    expect(client.pushes('log:taken')).toEqual([]);
  });

  test('PE3 granted again while being revoked ends granted, once', async () => {
    const world = new TestNode();
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    world.node.subscribeUser('ada', 'log:a');
    world.node.unsubscribeUser('ada', 'log:a');
    world.node.subscribeUser('ada', 'log:a');
    await world.clock.settle();
    answerNow();
    await world.clock.settle();
    await world.publish('log:a', 1);
    expect(client.pushes('log:a')).toMatchObject([{ subscribe: {} }, { pub: { offset: 1 } }]);
  });

  test('PE3 closes the connections of one device, or of all', async () => {
    const world = new TestNode();
    const [phone, desk, other] = [
      await world.connected(person('ada', 'phone')),
      await world.connected(person('ada', 'desk')),
      await world.connected(person('bob', 'phone')),
    ];
    world.node.disconnectUser('ada', 'invalidToken', 'phone');
    expect([phone, desk, other].map(({ closedWith }) => closedWith?.code)).toEqual([3_500, undefined, undefined]);
    world.node.disconnectUser('ada', 'forceDisconnect');
    expect([desk, other].map(({ closedWith }) => closedWith?.code)).toEqual([3_503, undefined]);
  });
});

describe('a client that disconnects', () => {
  test('while it subscribes leaves nothing behind', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say({ subscribe: { channel: 'log:a' } });
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect(world.node.hub.size).toBe(0);
    expect(client.answer(2)).toBeUndefined();
  });

  test('while it connects leaves nothing behind', async () => {
    const world = new TestNode({ hooks: { serverChannels: async () => ['log:a'] } });
    const answerNow = world.log.pauseReads();
    const client = world.open();
    client.say({ connect: {} });
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect(world.node.hub.size).toBe(0);
    expect(world.node.connections).toBe(0);
    expect(client.lines).toEqual([]);
  });

  test('does not affect others: the channel stays until the last one leaves', async () => {
    const world = new TestNode();
    const [a, b] = [await world.subscribed('log:a'), await world.subscribed('log:a')];
    a.hangUp();
    await world.publish('log:a', 1);
    expect(b.offsets('log:a')).toEqual([1]);
    b.hangUp();
    expect(world.node.hub.size).toBe(0);
  });
});
