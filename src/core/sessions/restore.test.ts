import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { TestNode } from '../../../tests/core/node.ts';
import { CLOSED_NAMESPACE } from '../channels/namespace.ts';
import type { Since } from '../protocol/commands.ts';

const SECRET = { options: { ...CLOSED_NAMESPACE, history: 'memory' as const } };

/** Connects as a client that asks to be restored to these channels. The Centrifuge protocol cannot express that. */
async function back(world: TestNode, restore: Readonly<Record<string, Since>>): Promise<Client> {
  const client = world.open();
  client.session.take({
    kind: 'connect',
    id: 1,
    token: '',
    since: new Map(),
    restore: new Map(Object.entries(restore)),
  });
  await world.clock.settle();
  return client;
}

describe('a client that asks to be restored to channels', () => {
  test('RE1 enters all of them at once, and gets later publications', async () => {
    const world = new TestNode();
    await world.publish('log:a', 1, 3);
    const { epoch } = await world.log.position('log:a');
    const client = await back(world, { 'log:a': { epoch, offset: 1 }, 'log:b': { epoch, offset: 0 } });
    await world.publish('log:a', 4);
    await world.publish('log:b', 1);
    expect([client.offsets('log:a'), client.offsets('log:b')]).toEqual([[4], [1]]);
    client.hangUp();
    expect(world.node.hub.size).toBe(0);
  });

  test('PE1 RE2 enters none of them if one is refused, or cannot be recovered', async () => {
    const world = new TestNode({ namespaces: { secret: SECRET } });
    await world.publish('mem:a', 1, 5);
    for (const channel of ['secret:a', 'nowhere:a', 'mem:a', 'live:a']) {
      const client = await back(world, { 'log:a': { epoch: '', offset: 0 }, [channel]: { epoch: '', offset: 1 } });
      expect(client.answer(1)).toMatchObject({ connect: {} });
      expect(world.node.hub.size).toBe(0);
      client.hangUp();
    }
  });
});
