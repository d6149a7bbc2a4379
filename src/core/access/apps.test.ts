import { describe, expect, test } from 'bun:test';
import { Client } from '../../../tests/core/client.ts';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import { centrifugeJson } from '../../protocols/centrifuge/protocol.ts';
import { CLOSED_NAMESPACE } from '../channels/namespace.ts';
import type { NamespaceDefinition } from '../operations/feature.ts';
import type { AppPrincipal } from './principal.ts';

const ANN: AppPrincipal = { kind: 'app', app: 'a', client: '1.1', user: '' };
const APP: NamespaceDefinition = {
  options: { ...CLOSED_NAMESPACE, subscribe: 'everyone', publish: 'everyone', presence: true, history: 'memory' },
  policy: (_principal, action, channel) => action === 'publish' || channel === 'app:open',
};

/** A client of an app, whose id has the format of its protocol. */
class AppClient extends Client {
  constructor(world: TestNode, principal: AppPrincipal) {
    const { node, fanout } = world;
    const named = {
      open: (opening: Parameters<typeof node.open>[0]) => node.open({ ...opening, client: principal.client }),
    };
    super(named as typeof node, fanout, principal);
  }
}

async function world(): Promise<{ world: TestNode; client: AppClient }> {
  const made = new TestNode({ namespaces: { app: APP }, limits: { anonymous: false } });
  const client = new AppClient(made, ANN);
  await made.ask(client, { connect: {} });
  return { world: made, client };
}

const proven = (channel: string, user: string, userLimit = 9) => ({
  ...{ kind: 'subscribe' as const, id: 100, channel },
  prove: () => ({ channel, user, userLimit }),
});

describe('clients of apps', () => {
  test("PE1 may do what their app's policy allows, whatever a namespace opens to everyone", async () => {
    const { world: node, client } = await world();
    expect(await node.ask(client, { subscribe: { channel: 'app:open' } })).toHaveProperty('subscribe');
    expect(await node.ask(client, { subscribe: { channel: 'app:shut' } })).toMatchObject({ error: { code: 103 } });
    expect(await node.ask(client, { subscribe: { channel: 'mem:x' } })).toMatchObject({ error: { code: 103 } });
  });

  test('PE1 publish only where they are subscribed', async () => {
    const { world: node, client } = await world();
    expect(await node.ask(client, { publish: { channel: 'app:open', data: 1 } })).toMatchObject({
      error: { code: 103 },
    });
    await node.ask(client, { subscribe: { channel: 'app:open' } });
    expect(await node.ask(client, { publish: { channel: 'app:open', data: 1 } })).toHaveProperty('publish');
  });

  test('appear in each channel as the user a signature names there', async () => {
    const { world: node, client } = await world();
    client.session.take(proven('app:shut', 'ann'));
    await node.clock.settle();
    expect(node.node.presenceOf('app:shut')).toMatchObject([{ user: 'ann', client: '1.1' }]);
    client.session.take({ ...proven('app:other', 'ann'), channel: 'app:another', id: 101 });
    await node.clock.settle();
    expect(client.answer(101)).toMatchObject({ error: { code: 103 } });
  });

  test('are refused in a channel with the maximum number of users', async () => {
    const { world: node, client } = await world();
    client.session.take(proven('app:shut', 'ann', 1));
    const others = ['2.2', '3.3'].map((id) => new AppClient(node, { ...ANN, client: id }));
    for (const other of others) await node.ask(other, { connect: {} });
    others[0]?.session.take(proven('app:shut', 'ben', 1));
    others[1]?.session.take(proven('app:shut', 'ann', 1));
    await node.clock.settle();
    expect(others.map((other) => other.answer(100)?.error?.code)).toEqual([106, undefined]);
  });

  test('are found, and disconnected, by the user their backend signed in', async () => {
    const { world: node, client } = await world();
    client.session.take({ kind: 'signIn', id: 50, prove: () => ({ principal: { ...ANN, user: 'ann' } }) });
    await node.clock.settle();
    node.node.orderAppUser('b', 'ann', { kind: 'disconnect' });
    node.node.orderExternal('ann', { kind: 'disconnect' });
    expect(client.closedWith).toBeUndefined();
    node.node.orderAppUser('a', 'ann', { kind: 'disconnect' });
    expect(client.closedWith?.code).toBe(3503);
  });
});

describe('a publication that excludes a client', () => {
  test('OR2 reaches all others in order, and not that client, live or in recovery', async () => {
    const { world: node, client } = await world();
    const other = await node.connected({ kind: 'external', user: 'eve' });
    for (const each of [client, other]) await node.ask(each, { subscribe: { channel: 'app:open' } });
    for (const [data, except] of [['1'], ['2', '1.1'], ['3', 'nobody'], ['4', '1.1'], ['5']] as const)
      node.node.publish('app:open', data, except === undefined ? {} : { except });
    await node.clock.settle();
    expect(client.published('app:open')).toEqual([1, 3, 5]);
    expect(other.published('app:open')).toEqual([1, 2, 3, 4, 5]);
    await node.ask(client, { unsubscribe: { channel: 'app:open' } });
    const back = await node.ask(client, { subscribe: { channel: 'app:open', recover: true, epoch: '', offset: 1 } });
    expect(back?.subscribe).toMatchObject({ recovered: true, publications: [{ offset: 3 }, { offset: 5 }] });
  });
});

describe('the newest publication', () => {
  test.each([
    ['there is none', 0, []],
    ['there is one', 1, [1]],
    ['there are more', 5, [5]],
  ])('is sent to a subscriber that requests it when %s', async (_when, published, expected) => {
    const node = new TestNode({ namespaces: { cache: { options: { ...PLAIN, history: 'durable' } } } });
    if (published > 0) await node.publish('cache:x', 1, published);
    const client = await node.connected();
    client.session.take({ kind: 'subscribe', id: 9, channel: 'cache:x', latest: true });
    await node.clock.settle();
    const answer = client.answer(9)?.subscribe ?? {};
    const { publications = [] } = answer as { publications?: { offset: number }[] };
    expect(publications.map(({ offset }) => offset)).toEqual(expected);
    await node.publish('cache:x', published + 1);
    expect(client.offsets('cache:x')).toEqual([published + 1]);
  });

  test('is not sent if it is too old', async () => {
    const node = new TestNode();
    await node.publish('mem:x', 1);
    await node.clock.pass(61_000);
    const client = await node.connected();
    client.session.take({ kind: 'subscribe', id: 9, channel: 'mem:x', latest: true });
    await node.clock.settle();
    expect(client.answer(9)?.subscribe).not.toHaveProperty('publications');
  });
});

test('a client whose protocol cannot express an unsubscribe is closed, and reconnects', async () => {
  const silent = { ...centrifugeJson, encodePush: () => undefined };
  const node = new TestNode();
  const client = await node.subscribed('log:x');
  Object.assign(client.session, { protocol: silent });
  client.session.subscriptions.revoke('log:x', 'insufficientState');
  expect(client.closedWith?.code).toBe(3010);
});
