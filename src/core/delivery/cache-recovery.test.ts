import { describe, expect, test } from 'bun:test';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import type { Namespace } from '../channels/namespace.ts';

const CACHED: Namespace = { ...PLAIN, history: 'durable', recovery: 'cache' };
const EPOCH = 'first-0';

async function publish(test: TestNode, data: string): Promise<void> {
  const done = test.node.publish('cached:a', data);
  await test.clock.settle();
  await done;
}

describe('RE7 cache recovery', () => {
  const cache = () => new TestNode({ namespaces: { cached: { options: CACHED } } });
  const subscribe = async (test: TestNode, options: object) =>
    (await test.ask(await test.connected(), { subscribe: { channel: 'cached:a', recover: true, ...options } }))
      ?.subscribe;

  test("RE7 returns only the newest publication, whatever the client's epoch", async () => {
    const test = cache();
    for (const n of [1, 2, 3]) await publish(test, String(n));
    const newest = { recovered: true, was_recovering: true, publications: [{ data: 3, offset: 3 }] };
    expect(await subscribe(test, {})).toMatchObject(newest);
    expect(await subscribe(test, { epoch: 'another', offset: 9 })).toMatchObject(newest);
  });

  // Expected values: `isCacheRecovered` in client.go of centrifuge.
  test('RE7 returns nothing to a client that has the newest, by offset and epoch, even if it has expired', async () => {
    const test = cache();
    for (const n of [1, 2, 3]) await publish(test, String(n));
    const { epoch } = (await test.node.read('cached:a', { limit: 0 })).top;
    const nothing = { recovered: true, was_recovering: true, epoch, offset: 3 };
    expect(await subscribe(test, { epoch, offset: 3 })).toEqual(expect.objectContaining(nothing));
    expect(await subscribe(test, { epoch, offset: 3 })).not.toHaveProperty('publications');
    // Without an epoch it is unknown whether it is the same one.
    expect(await subscribe(test, { offset: 3 })).toMatchObject({ recovered: true, publications: [{ offset: 3 }] });
    expect(await subscribe(test, { epoch, offset: 4 })).toMatchObject({ publications: [{ offset: 3 }] });
    await test.node.trim('cached:a');
    expect(await subscribe(test, { epoch, offset: 3 })).toMatchObject({ recovered: true });
    for (const place of [{ epoch, offset: 2 }, { offset: 3 }]) {
      expect(await subscribe(test, place)).not.toHaveProperty('recovered');
    }
  });

  // Unlike there: a poll of an empty channel would otherwise be answered at once, again and again.
  test('RE7 an empty channel that stayed empty counts as recovered', async () => {
    const test = cache();
    const { epoch } = (await test.node.read('cached:a', { limit: 0 })).top;
    expect(await subscribe(test, { epoch, offset: 0 })).toMatchObject({ recovered: true, offset: 0 });
  });

  test('RE7 fails if there is nothing to return', async () => {
    for (const place of [{ epoch: 'another', offset: 9 }, {}]) {
      const answer = await subscribe(cache(), place);
      expect(answer).toMatchObject({ was_recovering: true, offset: 0 });
      expect(answer).not.toHaveProperty('recovered');
    }
  });

  test('RE7 a client that claims a later offset gets the newest', async () => {
    const world = cache();
    await world.publish('cached:a', 1, 3);
    const asked = { subscribe: { channel: 'cached:a', recover: true, epoch: EPOCH, offset: 99 } };
    const answer = await world.ask(await world.connected(), asked);
    expect(answer).toMatchObject({ subscribe: { recovered: true, publications: [{ offset: 3 }] } });
  });

  test('RE7 a node that has not received the newest reads it before it answers a client that has it', async () => {
    const world = cache();
    await world.publish('cached:a', 1);
    const watcher = await world.subscribed('cached:a');
    await world.publishElsewhere('cached:a', 2, 3);
    const asked = { subscribe: { channel: 'cached:a', recover: true, epoch: EPOCH, offset: 3 } };
    const answer = await world.ask(await world.connected(), asked);
    expect(answer).toMatchObject({ subscribe: { recovered: true, offset: 3 } });
    expect(answer?.subscribe).not.toHaveProperty('publications');
    expect(watcher.offsets('cached:a')).toEqual([2, 3]);
  });
});
