import { describe, expect, test } from 'bun:test';
import { type NodeOptions, PLAIN, person, TestNode } from '../../../tests/core/node.ts';
import { UNLIMITED } from './quotas.ts';

const history = (channel: string, limit: number) => ({ history: { channel, limit } });

async function nodeWith(options: NodeOptions = {}) {
  const world = new TestNode(options);
  const attackers = await Promise.all(Array.from({ length: 8 }, () => world.connected(person('mallory'))));
  return { world, attackers, ann: await world.connected(person('ann')) };
}

describe("FS1 one user's work", () => {
  test("FS1 does not delay another user's history reads, however many connections it uses", async () => {
    const { world, attackers, ann } = await nodeWith();
    await world.publish('log:a', 1, 10);
    const answerNow = world.log.pauseReads();
    for (const attacker of attackers) attacker.say(...Array.from({ length: 90 }, () => history('log:a', 10)));
    ann.say(history('log:a', 7));
    await world.clock.settle();
    // Two of mallory's are running, and the other user's.
    expect(world.log.reads.map(({ limit }) => limit)).toEqual([10, 10, 7]);
    answerNow();
    await world.clock.settle();
    expect(attackers.map(({ lines }) => lines.length)).toEqual(attackers.map(() => 91));
  });

  test('FS1 nor recovery, reconnects, presence or operations', async () => {
    const { world, attackers, ann } = await nodeWith({
      hooks: { call: (name) => (name === 'slow' ? new Promise(() => undefined) : Promise.resolve(name)) },
    });
    await world.publish('log:a', 1, 10);
    const answerNow = world.log.pauseReads();
    for (const attacker of attackers) {
      attacker.say(...Array.from({ length: 40 }, () => history('log:a', 10)));
      attacker.say(...Array.from({ length: 40 }, () => ({ rpc: { method: 'slow', data: 1 } })));
    }
    await world.clock.settle();
    const [stats] = ann.say({ presence: { channel: 'live:a' } });
    const [call] = ann.say({ rpc: { method: 'quick', data: 1 } });
    await world.clock.settle();
    expect([ann.answer(stats)?.presence, ann.answer(call)?.rpc]).toEqual([{ presence: {} }, { data: 'quick' }]);
    const [recovered] = ann.say({ subscribe: { channel: 'log:a', recover: true, offset: 4, epoch: '' } });
    answerNow();
    await world.clock.settle();
    expect(ann.answer(recovered)?.subscribe).toMatchObject({ recovered: true });
  });

  test('FS3 above the rate waits, and is answered then; another user gets all replies at once', async () => {
    const quotas = { ...UNLIMITED, userReadBytesPerSecond: 10_000 };
    const { world, attackers, ann } = await nodeWith({ quotas, limits: { commandsInFlight: 1_000 } });
    await world.publish('log:a', 1, 10);
    const answered = () =>
      attackers.reduce((sum, { lines }) => sum + lines.filter(({ history }) => history !== undefined).length, 0);
    for (const attacker of attackers) attacker.say(...Array.from({ length: 10 }, () => history('log:a', 10)));
    await world.clock.settle();
    // Each counts as a kilobyte at least: two seconds of the rate, plus what was running.
    expect(answered()).toBeWithin(18, 24);
    const ids = ann.say(...Array.from({ length: 15 }, () => history('log:a', 10)));
    await world.clock.settle();
    expect(ids.every((id) => ann.answer(id)?.history !== undefined)).toBe(true);
    await world.clock.pass(1_000);
    expect(answered()).toBeWithin(27, 36);
    await world.clock.pass(10_000);
    expect(answered()).toBe(80);
    expect(attackers.every(({ lines }) => lines.every(({ error }) => error === undefined))).toBe(true);
  });

  test('FS1 is spread over several turns of the event loop', async () => {
    const options = { ...PLAIN, history: 'memory', historySize: 100 } as const;
    const world = new TestNode({ namespaces: { big: { options } } });
    for (let count = 0; count < 10; count += 1) {
      const done = world.node.publish('big:a', JSON.stringify('x'.repeat(10_000)));
      await world.clock.settle();
      await done;
    }
    const client = await world.connected();
    let turns = 0;
    const { soon } = world.clock;
    world.clock.soon = (run) => {
      turns += 1;
      soon.call(world.clock, run);
    };
    client.say(...Array.from({ length: 20 }, () => history('big:a', 10)));
    await world.clock.settle();
    expect(client.lines.length).toBe(21);
    expect(turns).toBeGreaterThan(10);
  });

  test('FS1 a frame with many commands is handled over several turns, in order, and later frames wait', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 10_000 } });
    const client = await world.connected();
    const ids = client.say(...Array.from({ length: 1_000 }, (_, number) => ({ rpc: { method: 'm', data: number } })));
    const last = client.say({ rpc: { method: 'm', data: 'last' } });
    const calls = world.node.commands;
    expect(calls).toBe(128);
    await world.clock.settle();
    expect(client.lines.slice(1).map(({ id }) => id)).toEqual([...ids, ...last]);
  });

  test('FS2 a client that keeps sending while a megabyte waits is closed; nothing of it is kept', async () => {
    const world = new TestNode();
    const client = await world.connected();
    client.say(...Array.from({ length: 1_000 }, () => ({ rpc: { method: 'm', data: 1 } })));
    for (let count = 0; count < 11; count += 1) client.say({ rpc: { method: 'm', data: 'x'.repeat(100_000) } });
    expect(client.closedWith).toMatchObject({ code: 3_013 });
    await world.clock.settle();
    expect(world.node.commands).toBeLessThanOrEqual(128);
  });
});
