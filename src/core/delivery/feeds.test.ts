import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { guardOf, PLAIN, TestNode } from '../../../tests/core/node.ts';
import { centrifugeJson } from '../../protocols/centrifuge/protocol.ts';
import type { Namespace } from '../channels/namespace.ts';
import { createTagFilter } from '../channels/tag-filter.ts';
import type { Push } from '../protocol/pushes.ts';
import { Hub } from './hub.ts';

const RICH: Namespace = { ...PLAIN, history: 'durable', delta: true, tagFilter: true, compact: true };
const LONG = 'x'.repeat(200);
const text = (n: number) => JSON.stringify({ n, LONG });

type Pub = { readonly data: unknown; readonly delta?: boolean; readonly offset?: number };

const nodeOf = () => new TestNode({ namespaces: { rich: { options: RICH } } });
const pubsOf = (client: Client): readonly Pub[] =>
  client.lines.flatMap(({ push }) => (push?.pub === undefined ? [] : [push.pub]));
const offsetsOf = (client: Client) => pubsOf(client).map(({ offset }) => offset);

async function publish(test: TestNode, data: string, tags?: Record<string, string>): Promise<void> {
  const done = test.node.publish('rich:a', data, tags && { tags });
  await test.clock.settle();
  await done;
}

const filter = (key: string, cmp: string, val: string) => ({ tf: { key, cmp, val } });
const POSITION = { recover: true, epoch: '' };

describe('DE deltas', () => {
  test('DE1 the first publication is sent in full, later ones as deltas, for each subscriber from its join on', async () => {
    const test = nodeOf();
    const early = await test.subscribed('rich:a', { delta: 'fossil' });
    await publish(test, text(1));
    const late = await test.subscribed('rich:a', { delta: 'fossil' });
    await publish(test, text(2));
    await publish(test, text(3));
    expect(pubsOf(early).map(({ delta }) => delta)).toEqual([undefined, true, true]);
    expect(pubsOf(late).map(({ delta }) => delta)).toEqual([undefined, true]);
    expect(pubsOf(late)[0]?.data).toBe(text(2));
    expect(pubsOf(late)[1]).toEqual(pubsOf(early)[2] as Pub);
  });

  test('DE1 a burst is delta-encoded for a new subscriber as well', async () => {
    const test = nodeOf();
    const client = await test.subscribed('rich:a', { delta: 'fossil' });
    const burst = [1, 2, 3].map((n) => test.node.publish('rich:a', text(n)));
    await test.clock.settle();
    await Promise.all(burst);
    expect(pubsOf(client).map(({ delta, offset }) => [offset, delta])).toEqual([
      [1, undefined],
      [2, true],
      [3, true],
    ]);
  });

  test('DE2 a recovery has the first in full and the others as deltas, and live ones refer to its last', async () => {
    const test = nodeOf();
    for (const n of [1, 2, 3]) await publish(test, text(n));
    const client = await test.connected();
    const answer = await test.ask(client, {
      subscribe: { channel: 'rich:a', ...POSITION, offset: 1, delta: 'fossil' },
    });
    const result = answer?.subscribe as { delta: boolean; publications: readonly Pub[] };
    expect(result.delta).toBe(true);
    expect(result.publications.map(({ delta }) => delta)).toEqual([undefined, true]);
    await publish(test, text(4));
    expect(pubsOf(client).map(({ delta }) => delta)).toEqual([true]);
  });

  test('DE2 a client that missed nothing gets the next one in full: its base is unknown', async () => {
    const test = nodeOf();
    await publish(test, text(1));
    const client = await test.subscribed('rich:a', { ...POSITION, offset: 1, delta: 'fossil' });
    await publish(test, text(2));
    expect(pubsOf(client).map(({ delta, data }) => [delta, data])).toEqual([[undefined, text(2)]]);
  });

  test('DE3 are not used if the namespace does not allow them', async () => {
    const test = nodeOf();
    const client = await test.connected();
    const answer = await test.ask(client, { subscribe: { channel: 'log:a', delta: 'fossil', flag: 1 } });
    expect(answer?.subscribe).toEqual({ recoverable: true, positioned: true, epoch: expect.any(String), offset: 0 });
    await test.publish('log:a', 1);
    expect(client.published('log:a')).toEqual([1]);
  });

  test('DE4 an unsubscribed client gets nothing more, whether it has had a publication or not', async () => {
    const test = nodeOf();
    const clients = [await test.subscribed('rich:a', { delta: 'fossil' })];
    await publish(test, text(1));
    clients.push(await test.subscribed('rich:a', { delta: 'fossil' }));
    for (const client of clients) await test.ask(client, { unsubscribe: { channel: 'rich:a' } });
    await publish(test, text(2));
    expect(clients.map(offsetsOf)).toEqual([[1], []]);
    expect(test.node.hub.get('rich:a')).toBeUndefined();
  });
});

describe('TF tag filters', () => {
  test('TF1 equal filters share a topic, and get what matches in order', async () => {
    const test = nodeOf();
    const reds = [await test.subscribed('rich:a', filter('color', 'eq', 'red'))];
    reds.push(await test.subscribed('rich:a', filter('color', 'eq', 'red')));
    const blue = await test.subscribed('rich:a', filter('color', 'eq', 'blue'));
    const all = await test.subscribed('rich:a');
    for (const color of ['red', 'blue', 'red']) await publish(test, '1', { color });
    await publish(test, '1');
    expect([...reds, blue, all].map(offsetsOf)).toEqual([[1, 3], [1, 3], [2], [1, 2, 3, 4]]);
    expect(test.node.hub.get('rich:a')?.subscriberCount).toBe(4);
  });

  test('TF2 a recovery returns what matches; if nothing does, the client is at the current position', async () => {
    const test = nodeOf();
    for (const color of ['red', 'blue', 'red', 'blue']) await publish(test, '1', { color });
    const ask = async (color: string) => {
      const client = await test.connected();
      const options = { ...POSITION, offset: 1, ...filter('color', 'eq', color) };
      return (await test.ask(client, { subscribe: { channel: 'rich:a', ...options } }))?.subscribe;
    };
    expect(await ask('blue')).toMatchObject({
      recovered: true,
      offset: 1,
      publications: [{ offset: 2 }, { offset: 4 }],
    });
    expect(await ask('green')).toMatchObject({ recovered: true, offset: 4 });
  });

  test('TF3 each delta refers to the last one that matched', async () => {
    const test = nodeOf();
    const client = await test.subscribed('rich:a', { ...filter('n', 'gte', '2'), delta: 'fossil' });
    for (const n of [1, 2, 0, 3]) await publish(test, text(n), { n: String(n) });
    expect(pubsOf(client).map(({ delta, offset }) => [offset, delta])).toEqual([
      [2, undefined],
      [4, true],
    ]);
  });

  test('TF3 a delta is computed once for all filters that match the same', async () => {
    const test = nodeOf();
    let encoded = 0;
    const counting = {
      ...centrifugeJson,
      encodePush: (push: Push) => {
        encoded += 1;
        return centrifugeJson.encodePush(push);
      },
    };
    const hub = new Hub({
      ...{
        clock: test.clock,
        guard: guardOf(test.clock),
        protocols: [counting],
        recoveryLimit: 10,
        recoveryBytes: 1_000,
        backlogBytes: 2_000,
      },
      fanout: { publish: () => undefined },
      logOf: () => undefined,
      onInterest: () => undefined,
      onReset: () => undefined,
    });
    const channel = hub.hold('live:x', PLAIN);
    const nothing = () => undefined;
    const connection = { send: nothing, join: nothing, leave: nothing, close: nothing, backlog: () => 0 };
    for (const val of ['1', '2', '3']) {
      const filter = createTagFilter({ op: '', key: 'n', cmp: 'neq', val, vals: [], nodes: [] });
      const feed = hub.feedOf(channel, counting, { compact: false, delta: true, keyed: false, filter });
      feed.join({ connection, close: nothing, skips: nothing }, hub.enterFeed(channel, feed, undefined));
    }
    for (const offset of [7, 8]) {
      hub.receive('live:x', '', [{ offset, time: 1, data: text(offset) }]);
      await test.clock.settle();
    }
    expect(encoded).toBe(2);
  });

  test('TF4 an invalid, too large or disallowed filter gets error 107', async () => {
    const test = nodeOf();
    const client = await test.connected();
    let deep: object = { key: 'a', cmp: 'ex' };
    for (let depth = 0; depth < 40; depth += 1) deep = { op: 'not', nodes: [deep] };
    const wrong: readonly [string, object][] = [
      ['rich:a', {}],
      ['rich:a', { op: 'xor', nodes: [{ key: 'a', cmp: 'ex' }] }],
      ['rich:a', { op: 'and' }],
      ['rich:a', { key: 'a', cmp: 'like' }],
      ['rich:a', { key: 'a', cmp: 'gt', val: 'many' }],
      ['rich:a', deep],
      ['rich:a', { op: 'or', nodes: Array(64).fill({ key: 'a', cmp: 'ex' }) }],
      ['rich:a', { key: 'a', cmp: 'eq', val: 'x'.repeat(5_000) }],
      ['log:a', { key: 'a', cmp: 'ex' }],
    ];
    for (const [channel, tf] of wrong) {
      expect((await test.ask(client, { subscribe: { channel, tf } }))?.error?.code).toBe(107);
    }
    expect([...test.node.hub.channels()]).toEqual([]);
  });
});

describe('CO compaction', () => {
  test("CO1 a number replaces the channel's name, the same for all; others get the name", async () => {
    const test = nodeOf();
    const clients = [await test.connected(), await test.connected()];
    const ids = [];
    for (const client of clients) {
      const answer = await test.ask(client, { subscribe: { channel: 'rich:a', flag: 1 } });
      ids.push((answer?.subscribe as { id: number } | undefined)?.id);
    }
    const plain = await test.subscribed('rich:a');
    await publish(test, '1');
    expect(ids).toEqual([expect.any(Number), ids[0]]);
    for (const client of clients)
      expect(client.lines.at(-1)?.push).toEqual({ id: ids[0], pub: { data: 1, offset: 1 } } as never);
    expect(plain.published('rich:a')).toEqual([1]);
  });
});

describe('OR6 the position check', () => {
  test('finds and sends what the bus lost at the end', async () => {
    const test = nodeOf();
    const client = await test.subscribed('log:a');
    await test.publish('log:a', 1);
    await test.publishElsewhere('log:a', 2);
    for (let left = 81; left > 0; left -= 1) {
      await test.clock.pass(1_000);
      client.session.receive('{}');
    }
    expect(client.offsets('log:a')).toEqual([1, 2]);
  });
});
