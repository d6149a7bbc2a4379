import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { type NodeOptions, PLAIN, person, TestNode } from '../../../tests/core/node.ts';
import { type Quotas, UNLIMITED } from '../limits/quotas.ts';

const FLOOD = { code: 3_013, reason: 'too many requests' };
const ADDRESS = '192.0.2.1';

function nodeWith(quotas: Partial<Quotas>, options: NodeOptions = {}): TestNode {
  return new TestNode({ ...options, quotas: { ...UNLIMITED, ...quotas } });
}

/** Sends `times` commands in one frame; returns how many succeeded. */
async function ask(world: TestNode, client: Client, { times, command }: { times: number; command: object }) {
  const ids = client.say(...Array.from({ length: times }, () => ({ ...command })));
  await world.clock.settle();
  const answers = ids.map((id) => client.answer(id));
  return {
    done: answers.filter((answer) => answer !== undefined && answer.error === undefined).length,
    errors: answers.flatMap((answer) => (answer?.error === undefined ? [] : [answer.error])),
  };
}

const publish = { publish: { channel: 'live:a', data: 1 } };
const stats = { presence_stats: { channel: 'live:a' } };

describe('LI1 the commands of a connection', () => {
  test('above the rate get 111, and succeed again later', async () => {
    const world = nodeWith({ commandsPerSecond: 10, burstSeconds: 2 });
    const client = await world.connected();
    const first = await ask(world, client, { times: 25, command: stats });
    expect(first.done).toBe(20);
    expect(first.errors).toEqual(Array(5).fill({ code: 111, message: 'too many requests', temporary: true }));
    await world.clock.pass(500);
    expect((await ask(world, client, { times: 6, command: stats })).done).toBe(5);
    expect(client.closedWith).toBeUndefined();
  });

  test('have a separate rate for publications', async () => {
    const world = nodeWith({ commandsPerSecond: 100, publicationsPerSecond: 3 });
    const client = await world.connected();
    expect((await ask(world, client, { times: 5, command: publish })).done).toBe(3);
    expect((await ask(world, client, { times: 5, command: stats })).done).toBe(5);
  });

  test('LI8 do not affect others', async () => {
    const world = nodeWith({ commandsPerSecond: 2 });
    const [loud, quiet] = [await world.connected(), await world.connected()];
    await ask(world, loud, { times: 4, command: publish });
    expect((await ask(world, quiet, { times: 2, command: publish })).done).toBe(2);
  });

  test('are unlimited by default', async () => {
    const world = new TestNode();
    const client = await world.connected();
    for (let round = 0; round < 100; round += 1) {
      expect((await ask(world, client, { times: 100, command: stats })).done).toBe(100);
    }
  });
});

describe('LI2 a client that continues nevertheless', () => {
  test('is closed with 3013, after which clients reconnect', async () => {
    const world = nodeWith({ commandsPerSecond: 10 });
    const client = await world.connected();
    const { done, errors } = await ask(world, client, { times: 100, command: stats });
    expect([done, errors.length, client.closedWith]).toEqual([0, 10, FLOOD]);
  });

  test('cannot reconnect at once for another burst', async () => {
    const world = nodeWith({ commandsPerSecond: 10, addressConnectsPerSecond: 5 });
    const client = await world.connected();
    await ask(world, client, { times: 100, command: stats });
    expect(world.node.admit(ADDRESS, false)).toMatchObject({ limit: 'addressConnects' });
    expect(world.node.admit('192.0.2.2', false)).toBeUndefined();
    await world.clock.pass(1_000);
    expect(world.node.admit(ADDRESS, false)).toBeUndefined();
  });

  test('is closed too if it sends messages without a reply', async () => {
    const world = nodeWith({ commandsPerSecond: 10 });
    const client = await world.connected();
    client.session.receive(Array(100).fill('{}').join('\n'));
    expect(client.closedWith).toEqual(FLOOD);
  });

  test('is not closed for slightly exceeding its rate, however long', async () => {
    const world = nodeWith({ commandsPerSecond: 10 });
    const client = await world.connected();
    for (let second = 0; second < 60; second += 1) {
      await ask(world, client, { times: 15, command: stats });
      await world.clock.pass(1_000);
      client.session.receive('{}');
    }
    expect(client.closedWith).toBeUndefined();
  });
});

describe('LI3 a user', () => {
  test('has one rate over all connections', async () => {
    const world = nodeWith({ userCommandsPerSecond: 10 });
    const [phone, desk] = [await world.connected(person('ann')), await world.connected(person('ann'))];
    expect((await ask(world, phone, { times: 8, command: stats })).done).toBe(8);
    expect((await ask(world, desk, { times: 8, command: stats })).done).toBe(2);
    const ben = await world.connected(person('ben'));
    expect((await ask(world, ben, { times: 8, command: stats })).done).toBe(8);
  });

  test('has the same rate after reconnecting', async () => {
    const world = nodeWith({ userCommandsPerSecond: 10 });
    const before = await world.connected(person('ann'));
    await ask(world, before, { times: 10, command: stats });
    before.hangUp();
    const after = await world.connected(person('ann'));
    expect((await ask(world, after, { times: 10, command: stats })).done).toBe(0);
    await world.clock.pass(1_000);
    expect((await ask(world, after, { times: 10, command: stats })).done).toBe(10);
  });

  test("of the installation is distinct from a token's user with the same id", async () => {
    const world = nodeWith({ userCommandsPerSecond: 5 });
    const [ann, other] = [
      await world.connected(person('ann')),
      await world.connected({ kind: 'external', user: 'ann' }),
    ];
    expect((await ask(world, ann, { times: 5, command: stats })).done).toBe(5);
    expect((await ask(world, other, { times: 5, command: stats })).done).toBe(5);
  });

  test('has it for requests without a connection too; unauthenticated requests are counted per IP address', () => {
    const world = nodeWith({ userCommandsPerSecond: 100, userPublicationsPerSecond: 2 });
    const spend = (principal: Parameters<typeof world.node.spend>[0]['principal'], address: string) => () =>
      world.node.spend({ principal, address }, 'publication');
    const [ann, nobody] = [person('ann'), { kind: 'anonymous' } as const];
    for (const each of [ann, nobody]) {
      spend(each, ADDRESS)();
      spend(each, ADDRESS)();
      expect(spend(each, ADDRESS)).toThrow(expect.objectContaining({ kind: 'tooManyRequests', retryAfter: 0.5 }));
    }
    spend(nobody, '198.51.100.7')();
    for (let count = 0; count < 5; count += 1) spend(nobody, '127.0.0.1')();
  });

  test('LI5 has a connection limit; one more is closed with 3504', async () => {
    const world = nodeWith({ userConnections: 2 });
    const [first, second, third] = [world.open(person('ann')), world.open(person('ann')), world.open(person('ann'))];
    for (const client of [first, second, third]) client.say({ connect: {} });
    await world.clock.settle();
    expect([first, second, third].map(({ closedWith }) => closedWith?.code)).toEqual([undefined, undefined, 3_504]);
    first.hangUp();
    expect((await world.connected(person('ann'))).closedWith).toBeUndefined();
    expect((await world.connected(person('ben'))).closedWith).toBeUndefined();
    const nobody = await Promise.all([1, 2, 3].map(() => world.connected()));
    expect(nobody.every(({ closedWith }) => closedWith === undefined)).toBe(true);
  });

  test('LI5 has a subscription limit over all connections; one more is error 106', async () => {
    const world = nodeWith({ userChannels: 3 });
    const [phone, desk] = [await world.connected(person('ann')), await world.connected(person('ann'))];
    const subscribe = async (client: Client, channel: string) =>
      (await world.ask(client, { subscribe: { channel } }))?.error?.code;
    expect(await subscribe(phone, 'live:a')).toBeUndefined();
    expect(await subscribe(phone, 'live:b')).toBeUndefined();
    expect(await subscribe(desk, 'live:a')).toBeUndefined();
    expect(await subscribe(desk, 'live:b')).toBe(106);
    await world.ask(phone, { unsubscribe: { channel: 'live:b' } });
    expect(await subscribe(desk, 'live:b')).toBeUndefined();
    phone.hangUp();
    expect(await subscribe(desk, 'live:c')).toBeUndefined();
  });
});

describe('LI4 the data of a publication', () => {
  const small = { namespaces: { small: { options: { ...PLAIN, dataBytes: 10 } } } };

  test("is limited to the namespace's maximum, in bytes, for every publisher", async () => {
    const world = new TestNode(small);
    const client = await world.connected();
    const publishing = async (data: string) =>
      (await world.ask(client, { publish: { channel: 'small:a', data } }))?.error?.code;
    expect(await publishing('12345678')).toBeUndefined();
    expect(await publishing('123456789')).toBe(413);
    expect(await publishing('äöü12')).toBeUndefined();
    expect(await publishing('äöüä1')).toBe(413);
    expect(world.node.publish('small:a', '"123456789"')).rejects.toMatchObject({ kind: 'tooLarge' });
  });
});
