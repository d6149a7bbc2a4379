import { describe, expect, test } from 'bun:test';
import type { ConnectionInfo } from '../../src/contracts/console/contract.ts';
import { Installation, OWNER, principalOf } from './installation.ts';

type Page = {
  readonly connections: readonly ConnectionInfo[];
  readonly skipped: number;
  readonly total: number;
  readonly next: string | null;
  readonly previous: string | null;
};

const usersOf = ({ connections }: Page) => connections.map(({ owner }) => owner.user);

/** Ann the owner, Ben twice, and a user named by a token. */
async function busy() {
  const installation = new Installation();
  const clients = [];
  for (const principal of [OWNER, principalOf('u-ben', 'member'), principalOf('u-ben', 'member', 'd2')]) {
    clients.push(await installation.connect(principal));
    await installation.second();
  }
  clients.push(await installation.connect({ kind: 'external', user: 'u-ben' }));
  return { installation, clients };
}

describe('the list of connections', () => {
  test("shows each one's user, protocol, address and age", async () => {
    const { installation, clients } = await busy();
    clients[3]?.say({ subscribe: { channel: 'live:one' } }, { subscribe: { channel: 'live:two' } });
    await installation.nodes.clock.settle();
    const { connections, total } = await installation.call<Page>('connections');
    expect(total).toBe(4);
    expect(connections[0]).toEqual({
      client: clients[3]?.session.client as string,
      owner: { kind: 'external', user: 'u-ben', app: '' },
      ...{ protocol: 'cj', isStream: false, address: '192.0.2.1', isConnected: true, subscriptions: 2, backlog: 0 },
      openedAt: installation.nodes.clock.now(),
      lastSeenAt: installation.nodes.clock.now(),
    });
  });

  test('CN3 pages forward and back', async () => {
    const { installation } = await busy();
    const first = await installation.call<Page>('connections', { limit: 3 });
    expect([usersOf(first), first.skipped, first.previous]).toEqual([['u-ben', 'u-ben', 'u-ben'], 0, null]);
    const second = await installation.call<Page>('connections', { limit: 3, after: first.next });
    expect([usersOf(second), second.skipped, second.next]).toEqual([['u-ann'], 3, null]);
    const back = await installation.call<Page>('connections', { limit: 3, before: second.previous });
    expect([usersOf(back), back.skipped]).toEqual([usersOf(first), 0]);
  });

  test('can be searched by handle', async () => {
    const { installation } = await busy();
    expect(usersOf(await installation.call<Page>('connections', { text: '@ann' }))).toEqual(['u-ann']);
    expect((await installation.call<Page>('connections', { text: 'u-ben' })).total).toBe(3);
    expect((await installation.call<Page>('connections', { text: 'nobody' })).connections).toEqual([]);
  });

  test('refuses an invalid cursor', async () => {
    const { installation } = await busy();
    for (const after of ['', 'x', '[]', '["a","b"]', '{"length":2}']) {
      expect(await installation.refusal('connections', { after })).toBe('invalidInput');
    }
  });
});

describe('one connection', () => {
  test('is shown with its channels, or null when it is gone', async () => {
    const { installation, clients } = await busy();
    const client = clients[0]?.session.client as string;
    clients[0]?.say({ subscribe: { channel: 'live:b' } }, { subscribe: { channel: 'live:a' } });
    await installation.nodes.clock.settle();
    expect(await installation.call<unknown>('connection', { client })).toMatchObject({
      connection: { client, channels: ['live:a', 'live:b'] },
    });
    expect(await installation.call<unknown>('connection', { client: 'gone' })).toEqual({ connection: null });
  });

  test('CN4 CN5 can be closed, which is logged with the person who did it', async () => {
    const { installation, clients } = await busy();
    const client = clients[1]?.session.client as string;
    expect(await installation.call<unknown>('disconnect', { client })).toEqual({ ended: 1 });
    expect(clients.map((each) => each.closedWith?.code)).toEqual([undefined, 3503, undefined, undefined]);
    expect(installation.records).toEqual([
      ['console.disconnected', { by: 'u-ann', address: '192.0.2.7', client, user: 'u-ben' }],
    ]);
    expect(await installation.call<unknown>('disconnect', { client })).toEqual({ ended: 0 });
  });

  test('CN4 CN5 can be closed together with all others of its user, but not those of another user of the same name', async () => {
    const { installation, clients } = await busy();
    const codes = () => clients.map((each) => each.closedWith?.code);
    expect(await installation.call<unknown>('disconnectUser', { kind: 'user', user: 'u-ben' })).toEqual({ ended: 2 });
    expect(codes()).toEqual([undefined, 3503, 3503, undefined]);
    await installation.call('disconnectUser', { kind: 'external', user: 'u-ben' });
    expect(codes()).toEqual([undefined, 3503, 3503, 3503]);
    expect(installation.records.map(([event, fields]) => [event, fields?.by, fields?.ended])).toEqual([
      ['console.user_disconnected', 'u-ann', 2],
      ['console.user_disconnected', 'u-ann', 1],
    ]);
  });
});

test.each(['admin', 'member', 'guest'] as const)(
  'CN1 a user with role %s cannot call any operation of the console',
  async (role) => {
    const { installation, clients } = await busy();
    const client = clients[0]?.session.client;
    const inputs = {
      ...{ metrics: {}, connections: {}, connection: { client }, disconnect: { client }, channels: {} },
      disconnectUser: { kind: 'user', user: 'u-ann' },
      ...{ channel: { channel: 'log:a' }, history: { channel: 'log:a' }, presence: { channel: 'live:a' } },
      publish: { channel: 'log:a', data: '1' },
      removeHistory: { channel: 'log:a' },
    };
    for (const [name, input] of Object.entries(inputs)) {
      expect(await installation.refusal(name, input, principalOf('u-x', role))).toBe('permissionDenied');
      expect(await installation.refusal(name, input, { kind: 'external', user: 'u-ann' })).toBe('unauthorized');
    }
    expect(clients.some((each) => each.closedWith !== undefined)).toBe(false);
  },
);
