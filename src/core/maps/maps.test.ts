import { describe, expect, test } from 'bun:test';
import type { Client, Line } from '../../../tests/core/client.ts';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import type { Namespace } from '../channels/namespace.ts';

const MAP: Namespace = { ...PLAIN, type: 'map', delta: true, tagFilter: true };
const NAMESPACES: Readonly<Record<string, Namespace>> = {
  map: { ...MAP, mapTtlMs: 60_000, clientsMap: 'who', usersMap: 'whom' },
  kept: { ...MAP, history: 'memory', historySize: 100 },
  small: { ...MAP, mapSize: 2 },
  own: { ...MAP, mapClientKey: true },
  who: { ...PLAIN, type: 'mapClients' },
  whom: { ...PLAIN, type: 'mapUsers' },
};
const PAGE = { type: 1, phase: 2 };

type Entry = { readonly key: string; readonly data: unknown; readonly removed?: boolean; readonly delta?: boolean };
type Part = {
  readonly phase?: number;
  readonly cursor?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly state?: readonly Entry[];
  readonly publications?: readonly Entry[];
};

function nodeOf(limits = {}): TestNode {
  const namespaces = Object.entries(NAMESPACES).map(([name, options]) => [name, { options }] as const);
  return new TestNode({ namespaces: Object.fromEntries(namespaces), limits });
}

const partOf = (answer: Line | undefined): Part => answer?.subscribe as Part;
const set = (test: TestNode, channel: string, key: string, data = '1', tags = {}) =>
  settled(test, test.node.publish(channel, data, { entry: { key }, tags }));
const remove = (test: TestNode, channel: string, key: string) =>
  settled(test, test.node.publish(channel, 'null', { entry: { key, removed: true } }));
async function settled(test: TestNode, done: Promise<unknown>): Promise<void> {
  done.catch(() => undefined);
  await test.clock.settle();
  await done;
}
const updates = (client: Client, channel: string): readonly Entry[] =>
  client.pushes(channel).flatMap(({ pub }) => (pub === undefined ? [] : [pub as unknown as Entry]));
const keysOf = (entries: readonly Entry[] | undefined) => entries?.map(({ key }) => key);

/** Reads part by part, running something between them, and returns the client's final state. */
async function readAll(test: TestNode, channel: string, between: () => Promise<void>): Promise<Map<string, unknown>> {
  const client = await test.connected();
  const known = new Map<string, unknown>();
  let position = {};
  let cursor = '';
  do {
    const part = partOf(await test.ask(client, { subscribe: { channel, ...PAGE, limit: 2, cursor, ...position } }));
    position = part.epoch === undefined ? {} : { epoch: part.epoch, offset: part.offset };
    for (const { key, data, removed } of [...(part.state ?? []), ...(part.publications ?? [])]) {
      if (removed) known.delete(key);
      else known.set(key, data);
    }
    cursor = part.cursor ?? '';
    if (cursor !== '') await between();
  } while (cursor !== '');
  return known;
}

describe('MA maps', () => {
  test('MA1 a subscriber gets the current entries, then each change', async () => {
    const test = nodeOf();
    await set(test, 'map:a', 'x');
    await set(test, 'map:a', 'y');
    await remove(test, 'map:a', 'y');
    const client = await test.connected();
    const answer = await test.ask(client, { subscribe: { channel: 'map:a', ...PAGE } });
    expect(partOf(answer)).toEqual({ type: 1, state: [{ data: 1, key: 'x', tags: {} }] } as never);
    await set(test, 'map:a', 'x', '2');
    await remove(test, 'map:a', 'x');
    await remove(test, 'map:a', 'x');
    expect(updates(client, 'map:a').map(({ key, removed }) => [key, removed])).toEqual([
      ['x', undefined],
      ['x', true],
    ]);
  });

  test.each(['map:a', 'kept:a'])('MA2 a read in parts ends with the current map (%s)', async (channel) => {
    const test = nodeOf();
    for (const key of ['a', 'b', 'c', 'd', 'e']) await set(test, channel, key);
    let step = 0;
    const known = await readAll(test, channel, async () => {
      step += 1;
      await set(test, channel, 'a', String(step * 10));
      await remove(test, channel, 'b');
      await set(test, channel, `z${step}`);
    });
    expect(Object.fromEntries(known)).toEqual({ a: 30, c: 1, d: 1, e: 1, z1: 1, z2: 1, z3: 1 });
  });

  test('MA2 restarts if the changes meanwhile are not known any more', async () => {
    const test = nodeOf();
    for (const key of ['a', 'b', 'c']) await set(test, 'map:a', key);
    const client = await test.connected();
    const ask = (cursor: string) => test.ask(client, { subscribe: { channel: 'map:a', ...PAGE, limit: 2, cursor } });
    const { cursor = '' } = partOf(await ask(''));
    for (const key of ['a', 'b', 'c']) await remove(test, 'map:a', key);
    expect((await ask(cursor))?.error?.code).toBe(112);
    expect((await ask('no cursor'))?.error?.code).toBe(107);
    // From another process that had seen more changes: what they were is not known here.
    for (const key of ['a', 'b', 'c']) await set(test, 'map:a', key);
    expect((await ask('zzzz.b'))?.error?.code).toBe(112);
  });

  test.each(['map:a', 'kept:a'])('MA2 parts use no more of the buffer than a recovery does (%s)', async (channel) => {
    const test = nodeOf({ recoveryBytes: 4_000 });
    const long = JSON.stringify('x'.repeat(700));
    for (let n = 0; n < 9; n += 1) await set(test, channel, `k${n}`, long);
    const client = await test.connected();
    let position = {};
    const ask = async (cursor: string) => {
      const answer = await test.ask(client, { subscribe: { channel, ...PAGE, cursor, ...position } });
      const { epoch, offset }: Part = partOf(answer) ?? {};
      position = epoch === undefined ? {} : { epoch, offset };
      return { code: answer?.error?.code, part: partOf(answer) };
    };
    const sizes: (number | undefined)[] = [];
    let cursor = '';
    do {
      const { part } = await ask(cursor);
      sizes.push(part.state?.length);
      cursor = part.cursor ?? '';
    } while (cursor !== '');
    expect(sizes.every((size) => size !== undefined && size <= 3)).toBe(true);
    await test.ask(client, { unsubscribe: { channel } });
    position = {};
    cursor = (await ask('')).part.cursor ?? '';
    for (let n = 0; n < 9; n += 1) await set(test, channel, `k${n}`, long);
    let code: number | undefined;
    do {
      const next = await ask(cursor);
      code = next.code;
      cursor = next.part?.cursor ?? '';
    } while (cursor !== '');
    expect(code).toBe(112);
  });

  test('MA3 a reconnecting client gets the changes, or error 112', async () => {
    const test = nodeOf();
    for (let n = 1; n <= 5; n += 1) await set(test, 'kept:a', 'x', String(n));
    const ask = async (offset: number, epoch = '') => {
      const position = { type: 1, phase: 1, recover: true, offset, epoch };
      return test.ask(await test.connected(), { subscribe: { channel: 'kept:a', ...position } });
    };
    expect((await ask(3))?.subscribe).toMatchObject({
      recovered: true,
      offset: 5,
      publications: [{ data: 4 }, { data: 5 }],
    });
    expect((await ask(3, 'another'))?.error?.code).toBe(112);
    expect([...test.node.hub.channels()].map(({ subscriberCount }) => subscriberCount)).toEqual([1]);
  });

  test('MA4 deltas are per entry, from its current value on, and a removal ends them', async () => {
    const test = nodeOf();
    const long = (n: number) => JSON.stringify({ n, text: 'x'.repeat(100) });
    await set(test, 'map:a', 'x', long(0));
    const client = await test.connected();
    const answer = await test.ask(client, { subscribe: { channel: 'map:a', ...PAGE, delta: 'fossil' } });
    expect(partOf(answer).state?.[0]?.data).toBe(long(0));
    for (const key of ['x', 'y', 'x', 'y']) await set(test, 'map:a', key, long(1));
    await remove(test, 'map:a', 'x');
    await set(test, 'map:a', 'x', long(2));
    expect(updates(client, 'map:a').map(({ key, delta }) => [key, delta])).toEqual([
      ...[
        ['x', true],
        ['y', undefined],
        ['x', true],
        ['y', true],
      ],
      ...[
        ['x', undefined],
        ['x', undefined],
      ],
    ] as never);
  });

  test('MA5 an entry expires, unless it is set again', async () => {
    const test = nodeOf();
    const client = await test.connected();
    await test.ask(client, { subscribe: { channel: 'map:a', ...PAGE } });
    await set(test, 'map:a', 'x');
    await set(test, 'map:a', 'y');
    const pass = async (seconds: number) => {
      for (let left = seconds; left > 0; left -= 1) {
        await test.clock.pass(1_000);
        client.session.receive('{}');
      }
    };
    await pass(40);
    await set(test, 'map:a', 'y');
    await pass(40);
    expect(
      updates(client, 'map:a')
        .filter(({ removed }) => removed)
        .map(({ key }) => key),
    ).toEqual(['x']);
  });

  test('MA6 is limited: entries per channel, bytes of all, the length of keys', async () => {
    const test = nodeOf();
    for (const key of ['a', 'b', 'a']) await set(test, 'small:a', key);
    await expect(set(test, 'small:a', 'c')).rejects.toMatchObject({ kind: 'limitExceeded' });
    await expect(set(test, 'map:a', 'x'.repeat(256))).rejects.toMatchObject({ kind: 'badRequest' });
    const full = nodeOf({ mapBytes: 1_000 });
    await set(full, 'map:a', 'a', JSON.stringify('x'.repeat(2_000)));
    await expect(set(full, 'map:a', 'b')).rejects.toMatchObject({ kind: 'limitExceeded' });
    await remove(full, 'map:a', 'a');
    await set(full, 'map:a', 'b');
  });

  test('MA7 shows who is in a channel, by client and by user', async () => {
    const test = nodeOf();
    const watcher = await test.connected();
    await test.ask(watcher, { subscribe: { channel: 'who:map:a', type: 2, phase: 2 } });
    await test.ask(watcher, { subscribe: { channel: 'whom:map:a', type: 3, phase: 2 } });
    const ann = { kind: 'external', user: 'ann' } as const;
    const clients = [await test.connected(ann), await test.connected(ann)];
    for (const client of clients) await test.ask(client, { subscribe: { channel: 'map:a', ...PAGE } });
    await test.ask(clients[0] as Client, { unsubscribe: { channel: 'map:a' } });
    clients[1]?.hangUp();
    await test.clock.settle();
    const ids = clients.map(({ session }) => session.client);
    expect(keysOf(updates(watcher, 'who:map:a'))).toEqual([...ids, ...ids]);
    expect(updates(watcher, 'whom:map:a').map(({ key, removed }) => [key, removed])).toEqual([
      ['ann', undefined],
      ['ann', true],
    ]);
    const forged = await test.ask(watcher, { publish: { channel: 'who:map:a', key: 'x', data: 1 } });
    expect(forged?.error?.code).toBe(103);
  });

  test('MA8 a log cannot be subscribed to as a map, nor a map as a log', async () => {
    const test = nodeOf();
    const client = await test.connected();
    for (const subscribe of [
      { channel: 'map:a' },
      { channel: 'live:a', ...PAGE },
      { channel: 'map:a', type: 2, phase: 2 },
    ]) {
      expect((await test.ask(client, { subscribe }))?.error?.code).toBe(107);
    }
    for (const publish of [
      { channel: 'map:a', data: 1 },
      { channel: 'live:a', key: 'x', data: 1 },
    ]) {
      expect((await test.ask(client, { publish }))?.error?.code).toBe(107);
    }
  });

  test('MA9 sends the entries that match a filter, and every removal', async () => {
    const test = nodeOf();
    for (const [key, team] of [
      ['a', 'red'],
      ['b', 'blue'],
    ] as const)
      await set(test, 'map:a', key, '1', { team });
    const client = await test.connected();
    const tf = { key: 'team', cmp: 'eq', val: 'red' };
    const part = partOf(await test.ask(client, { subscribe: { channel: 'map:a', ...PAGE, tf } }));
    expect(keysOf(part.state)).toEqual(['a']);
    await set(test, 'map:a', 'c', '1', { team: 'blue' });
    await remove(test, 'map:a', 'b');
    expect(keysOf(updates(client, 'map:a'))).toEqual(['b']);
  });

  test("sets the client's own entry if the namespace says so", async () => {
    const test = nodeOf();
    const client = await test.connected();
    await test.ask(client, { subscribe: { channel: 'own:a', ...PAGE } });
    await test.ask(client, { publish: { channel: 'own:a', key: 'any', type: 1, data: 1 } });
    expect(keysOf(updates(client, 'own:a'))).toEqual([client.session.client]);
  });
});
