import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { TestNode } from '../../../tests/core/node.ts';

const PLAN = { withinMs: 2_000, perSecond: 50 };
const SLICE_MS = 100;

async function nodeWith(clients: number): Promise<{ world: TestNode; clients: Client[] }> {
  const world = new TestNode();
  const connected = await Promise.all(Array.from({ length: clients }, () => world.connected()));
  return { world, clients: connected };
}

const gone = (clients: readonly Client[]) => clients.filter(({ closedWith }) => closedWith?.code === 3_001).length;

describe('DR2 a drain', () => {
  test('disconnects a limited number per second', async () => {
    const { world, clients } = await nodeWith(50);
    const drained = world.node.drain(PLAN);
    const left = [gone(clients)];
    for (let slice = 0; slice < 10; slice += 1) {
      await world.clock.pass(SLICE_MS);
      left.push(gone(clients));
    }
    expect(left).toEqual([5, 10, 15, 20, 25, 30, 34, 38, 42, 46, 50]);
    await drained;
  });

  test('takes at most the maximum duration', async () => {
    const { world, clients } = await nodeWith(300);
    const drained = world.node.drain(PLAN);
    await world.clock.pass(PLAN.withinMs - SLICE_MS);
    expect(gone(clients)).toBeWithin(250, 300);
    await world.clock.pass(SLICE_MS);
    expect(gone(clients)).toBe(300);
    await drained;
  });

  test('disconnects few clients at once, and all of them without a plan', async () => {
    const { world, clients } = await nodeWith(4);
    await world.node.drain(PLAN);
    expect(gone(clients)).toBe(4);
    const many = await nodeWith(300);
    await many.world.node.drain();
    expect(gone(many.clients)).toBe(300);
  });

  test('disconnects clients with pending commands last', async () => {
    const { world, clients } = await nodeWith(50);
    const release = world.log.pauseReads();
    const busy = clients.slice(0, 10);
    for (const client of busy) client.say({ history: { channel: 'log:a', limit: 10 } });
    await world.clock.settle();
    const drained = world.node.drain(PLAN);
    await world.clock.pass(7 * SLICE_MS);
    expect([gone(clients), gone(busy)]).toEqual([38, 0]);
    release();
    await world.clock.pass(5 * SLICE_MS);
    expect(gone(clients)).toBe(50);
    expect(busy.every(({ lines }) => lines.some(({ history }) => history !== undefined))).toBe(true);
    await drained;
  });

  test('DR3 that is hurried disconnects the rest at once, and can be hurried only once', async () => {
    const { world, clients } = await nodeWith(300);
    expect(world.node.hurry()).toBe(false);
    const drained = world.node.drain(PLAN);
    await world.clock.pass(SLICE_MS);
    expect(world.node.hurry()).toBe(true);
    expect(world.node.hurry()).toBe(false);
    await world.clock.settle();
    expect(gone(clients)).toBe(300);
    await drained;
    expect(world.node.hurry()).toBe(false);
  });

  test('disconnects clients that connected meanwhile, too', async () => {
    const { world } = await nodeWith(50);
    const drained = world.node.drain(PLAN);
    await world.clock.pass(SLICE_MS);
    const late = await world.connected();
    await world.clock.pass(PLAN.withinMs);
    expect(late.closedWith?.code).toBe(3_001);
    await drained;
  });
});
