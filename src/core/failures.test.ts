/**
 * Throws an exception in each part of a node. Whatever throws, connections are maintained, publications are delivered,
 * and periodic work continues in the next round.
 */
import { describe, expect, test } from 'bun:test';
import { accepted, append } from '../../tests/conformance/appends.ts';
import type { Client } from '../../tests/core/client.ts';
import { HandClock } from '../../tests/core/hand-clock.ts';
import { PLAIN, TestNode } from '../../tests/core/node.ts';
import { WatchedLog } from '../../tests/core/watched-log.ts';
import { MemoryWorkLog } from '../adapters/memory/work-log.ts';
import { centrifugeJson } from '../protocols/centrifuge/protocol.ts';
import { AppendQueue } from './channels/append-queue.ts';
import { Jobs } from './jobs/jobs.ts';

const PINGS = { pingMs: 5_000, pongMs: 2_000 };

const fail = (): never => {
  throw new Error('injected');
};

/** The next `times` calls of the method throw. */
function failing<O extends object, K extends keyof O>(target: O, method: K, times = Number.POSITIVE_INFINITY): void {
  const real = target[method] as (...args: unknown[]) => unknown;
  let left = times;
  Object.assign(target, {
    [method]: (...args: unknown[]) => (left-- > 0 ? fail() : real.apply(target, args)),
  });
}

/** How often the client was pinged; it answers. */
function pinged(client: Client): () => number {
  let count = 0;
  const send = client.send.bind(client);
  client.send = (frame) => {
    if (frame !== '{}') return send(frame);
    count += 1;
    client.session.receive('{}');
  };
  return () => count;
}

describe('FA1 the tick', () => {
  test('FA1 runs all other parts every second if one always throws', async () => {
    const world = new TestNode({ limits: PINGS, hooks: { onTick: fail } });
    failing(world.node.hub, 'sweep');
    failing(world.node.maps, 'expired');
    failing(world.node.allowances, 'sweep');
    failing(world.node.work, 'sweep');
    const pings = pinged(await world.connected());
    const silent = world.open();
    await world.clock.pass(60_000);
    expect(pings()).toBe(12);
    expect(silent.closedWith).toMatchObject({ code: 3_502 });
    expect(world.node.isTicking).toBe(true);
    const failures = world.counted.filter((each) => each.startsWith('banyan_part_failures_total'));
    const of = (part: string) => failures.filter((each) => each === `banyan_part_failures_total ${part}`).length;
    expect([of('features'), of('channels'), of('maps'), of('rates')]).toEqual([60, 60, 60, 120]);
    expect(world.reported.filter((each) => each === 'part.failed').length).toBe(4);
  });

  test('FA3 counts as late after ten seconds without one, and no longer once one runs', async () => {
    const world = new TestNode();
    await world.clock.pass(5_000);
    const { after } = world.clock;
    // Calls scheduled from now on are lost, as with a broken timer.
    world.clock.after = () => () => undefined;
    await world.clock.pass(1_000);
    world.clock.after = after;
    await world.clock.pass(9_000);
    expect(world.node.isTicking).toBe(true);
    await world.clock.pass(2_000);
    expect(world.node.isTicking).toBe(false);
    await world.node.drain();
    expect(world.node.isTicking).toBe(true);
  });

  test('FA1 pings and closes the others if one connection throws', async () => {
    const world = new TestNode({ limits: PINGS });
    const [broken, silent] = [await world.connected(), await world.connected()];
    const waiting = [world.open(), world.open()];
    failing(broken, 'close');
    failing(waiting[0] as Client, 'close');
    const pings = pinged(await world.connected());
    await world.clock.pass(30_000);
    expect(pings()).toBe(6);
    expect(silent.closedWith).toMatchObject({ code: 3_012 });
    expect(waiting[1]?.closedWith).toMatchObject({ code: 3_502 });
  });

  test('FA1 pings again after the fan-out threw', async () => {
    const world = new TestNode({ limits: PINGS });
    const pings = pinged(await world.connected());
    failing(world.fanout, 'publish', 5);
    await world.clock.pass(30_000);
    expect(pings()).toBe(5);
  });

  test('FA1 compares positions again after the log threw', async () => {
    const world = new TestNode();
    const client = await world.subscribed('log:a');
    pinged(client);
    failing(world.log, 'position', 1);
    await world.publishElsewhere('log:a', 1);
    await world.clock.pass(90_000);
    expect(client.published('log:a')).toEqual([1]);
  });
});

describe('FA4 deliveries', () => {
  test('FA4 if one throws, subscribers are told to resubscribe, and receive later publications', async () => {
    let broken = false;
    const protocol = {
      ...centrifugeJson,
      encodePush: (push: Parameters<typeof centrifugeJson.encodePush>[0]) =>
        broken && push.kind === 'publication' ? fail() : centrifugeJson.encodePush(push),
    };
    const world = new TestNode({ protocols: [protocol] });
    const [client, other] = [await world.subscribed('log:a'), await world.subscribed('log:b')];
    broken = true;
    await world.publish('log:a', 1);
    broken = false;
    expect(client.pushes('log:a')).toEqual([
      { channel: 'log:a', unsubscribe: { code: 2_500, reason: 'insufficient state' } },
    ] as never);
    await world.publish('log:b', 1);
    expect(other.published('log:b')).toEqual([1]);
    const answer = await world.ask(client, { subscribe: { channel: 'log:a', recover: true, offset: 0, epoch: '' } });
    expect(answer?.subscribe).toMatchObject({ recovered: true, publications: [{ data: 1 }] });
    await world.publish('log:a', 2);
    expect(client.published('log:a')).toEqual([2]);
  });

  test('FA4 a reply that cannot be written closes that connection, and the others get theirs', async () => {
    const world = new TestNode();
    const [broken, other] = [await world.connected(), await world.connected()];
    failing(broken, 'send', 1);
    broken.say({ rpc: { method: 'm', data: 1 } });
    const [id] = other.say({ rpc: { method: 'm', data: 2 } });
    await world.clock.settle();
    expect(other.answer(id)?.rpc).toEqual({ data: 2 });
    expect(broken.closedWith).toMatchObject({ code: 3_004 });
    expect(await world.ask(other, { rpc: { method: 'm', data: 3 } })).toMatchObject({ rpc: { data: 3 } });
  });

  test('FA4 publications kept for a slow client are sent later if sending threw', async () => {
    const world = new TestNode({
      limits: { backlogBytes: 8_000 },
      namespaces: { prices: { options: { ...PLAIN, conflate: true } } },
    });
    const client = await world.subscribed('prices:x');
    client.waiting = 2_000;
    await world.publish('prices:x', 1, 3);
    client.waiting = 0;
    failing(client, 'send', 1);
    expect(() => client.session.drained()).toThrow('injected');
    await world.publish('prices:x', 4);
    await world.clock.pass(2_000);
    expect(client.published('prices:x').at(-1)).toBe(4);
  });

  test('FA1 a drain disconnects the others if one throws, and ends', async () => {
    const world = new TestNode();
    const clients = await Promise.all(Array.from({ length: 3 }, () => world.connected()));
    failing(clients[0] as Client, 'close');
    await world.node.drain();
    expect(clients.slice(1).map(({ closedWith }) => closedWith?.code)).toEqual([3_001, 3_001]);
  });
});

describe('FA5 the log', () => {
  test.each([
    ['throws', () => fail()],
    ['rejects', () => Promise.reject(new Error('injected'))],
    ['answers with too little', async () => []],
  ])('FA5 that %s refuses those publications, and accepts the next', async (_, answer) => {
    const [log, clock] = [new WatchedLog(), new HandClock()];
    const queue = new AppendQueue(log, clock, { length: 10, bytes: 1_000 });
    const real = log.append.bind(log);
    log.append = answer as typeof log.append;
    const refused = queue.append(append('a', '1')).catch((error) => error.kind);
    await clock.settle();
    expect([await refused, queue.length]).toEqual(['internal', 0]);
    log.append = real;
    const taken = queue.append(append('a', '2'));
    await clock.settle();
    expect(accepted(await taken).position.offset).toBe(1);
    await queue.drained();
  });
});

describe('FA6 background work', () => {
  const RETRY = { attempts: 4, firstMs: 1_000, mostMs: 2_000 };

  function jobsOf(worker: () => Promise<void>) {
    const [clock, log] = [new HandClock(), new MemoryWorkLog()];
    const telemetry = { record: () => undefined, count: () => undefined };
    const jobs = new Jobs({ log, clock, telemetry });
    jobs.handle('q', { worker, retry: RETRY });
    return { clock, log, jobs };
  }
  const work = { queue: 'q', lane: 'a', data: '1' };

  test('FA6 is retried if the worker throws before it returns a promise', async () => {
    let calls = 0;
    const { clock, jobs } = jobsOf(() => {
      calls += 1;
      return calls === 1 ? fail() : Promise.resolve();
    });
    await jobs.start();
    await jobs.add([work]);
    await clock.pass(5_000);
    expect([calls, jobs.waiting]).toEqual([2, 0]);
  });

  test.each(['lease', 'remove', 'deadLetters'] as const)(
    'FA6 continues if `%s` of the work log throws',
    async (method) => {
      const done: number[] = [];
      const { clock, log, jobs } = jobsOf(async () => void done.push(1));
      failing(log, method, 1);
      await jobs.start();
      await jobs.add([work]);
      // Longer than a lease, and than the interval of two checks.
      await clock.pass(120_000);
      await jobs.add([{ ...work, lane: 'b' }]);
      await clock.pass(1_000);
      expect(done.length).toBeGreaterThanOrEqual(2);
      expect(jobs.waiting).toBe(0);
    },
  );
});
