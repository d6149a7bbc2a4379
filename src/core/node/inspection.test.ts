import { describe, expect, test } from 'bun:test';
import { person, TestNode } from '../../../tests/core/node.ts';
import { Inspection } from './inspection.ts';

/** Three connections, a second apart: two of Ann's, one of Ben's. */
async function busyNode() {
  const node = new TestNode();
  const clients = [];
  for (const principal of [person('ann', 'd1'), person('ann', 'd2'), person('ben', 'd3')]) {
    clients.push(await node.connected(principal));
    await node.clock.pass(1_000);
  }
  const [first, second, third] = clients;
  await node.ask(first as never, { subscribe: { channel: 'live:busy' } });
  await node.ask(second as never, { subscribe: { channel: 'live:busy' } });
  await node.ask(third as never, { subscribe: { channel: 'log:quiet' } });
  return { node, inspection: new Inspection(node.node) };
}

async function settled<T>(node: TestNode, promise: Promise<T>): Promise<T> {
  await node.clock.settle();
  return promise;
}

const usersOf = (items: Iterable<{ readonly principal: unknown }>) =>
  [...items].map(({ principal }) => (principal as { user: string; device: string }).device);

describe('looking at connections', () => {
  test('lists them page by page, newest first', async () => {
    const { node, inspection } = await busyNode();
    const first = await settled(node, inspection.connections({ text: '', limit: 2 }));
    expect([usersOf(first.items), first.skipped, first.total]).toEqual([['d3', 'd2'], 0, 3]);
    const key = first.items.at(-1);
    if (key === undefined) throw new Error('the page is empty');
    const edge = { side: 'after', key } as const;
    const second = await settled(node, inspection.connections({ text: '', limit: 2, edge }));
    expect([usersOf(second.items), second.skipped, second.total]).toEqual([['d1'], 2, 3]);
  });

  test('finds them by a part of the user, the client or the address, or by a given user', async () => {
    const { node, inspection } = await busyNode();
    const found = async (text: string, user?: string) =>
      usersOf((await settled(node, inspection.connections({ text, user, limit: 9 }))).items);
    expect(await found('AN')).toEqual(['d2', 'd1']);
    expect(await found('nobody')).toEqual([]);
    expect(await found('nobody', 'ben')).toEqual(['d3']);
    const [session] = (await settled(node, inspection.connections({ text: 'ben', limit: 1 }))).items;
    expect(await found(session?.client.slice(3, 20) ?? '')).toEqual(['d3']);
    expect(await settled(node, inspection.connection(session?.client ?? ''))).toBe(
      session as NonNullable<typeof session>,
    );
    expect(await settled(node, inspection.connection('no such client'))).toBeUndefined();
  });

  test('counts those of one user', async () => {
    const { node, inspection } = await busyNode();
    expect(await settled(node, inspection.countOf(person('ann', 'other')))).toBe(2);
    expect(await settled(node, inspection.countOf({ kind: 'external', user: 'ann' }))).toBe(0);
  });
});

describe('looking at channels', () => {
  test('lists those of a prefix by name, or by subscriber count', async () => {
    const { node, inspection } = await busyNode();
    const names = async (prefix: string, order: 'name' | 'subscribers') => {
      const { items } = await settled(node, inspection.channels({ prefix, order, limit: 9 }));
      return items.map(({ name, subscriberCount }) => `${name} ${subscriberCount}`);
    };
    expect(await names('', 'name')).toEqual(['live:busy 2', 'log:quiet 1']);
    expect(await names('', 'subscribers')).toEqual(['live:busy 2', 'log:quiet 1']);
    expect(await names('log:', 'subscribers')).toEqual(['log:quiet 1']);
  });

  test('lists presence page by page', async () => {
    const { node, inspection } = await busyNode();
    const page = await settled(node, inspection.presence('live:busy', { limit: 1 }));
    expect([page.items.map(({ user }) => user), page.total]).toEqual([['ann'], 2]);
    expect((await settled(node, inspection.presence('live:nowhere', { limit: 1 }))).total).toBe(0);
  });
});
