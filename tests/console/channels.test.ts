import { describe, expect, test } from 'bun:test';
import { Installation } from './installation.ts';

async function listening(channels: readonly string[]) {
  const installation = new Installation();
  for (const channel of channels) await installation.nodes.subscribed(channel);
  return installation;
}

describe('the list of channels', () => {
  test('has channels with subscribers, by name or by subscriber count', async () => {
    const installation = await listening(['log:b', 'log:b', 'log:a', 'live:c']);
    const all = await installation.call<{ channels: readonly { channel: string }[]; total: number }>('channels');
    expect(all).toEqual({
      channels: [
        { channel: 'live:c', subscribers: 1, history: 'none', isClosed: false },
        { channel: 'log:a', subscribers: 1, history: 'durable', isClosed: false },
        { channel: 'log:b', subscribers: 2, history: 'durable', isClosed: false },
      ],
      ...{ skipped: 0, total: 3, previous: null, next: null },
    } as never);
    const [busiest] = (await installation.call<typeof all>('channels', { order: 'subscribers' })).channels;
    expect(busiest?.channel).toBe('log:b');
  });

  test('CN3 pages forward, in either order, within a prefix', async () => {
    const installation = await listening(['log:b', 'log:b', 'log:a', 'live:c', 'log:d']);
    for (const [order, expected] of [
      ['name', ['log:a', 'log:b', 'log:d']],
      ['subscribers', ['log:b', 'log:a', 'log:d']],
    ] as const) {
      const found: string[] = [];
      let after: string | null | undefined;
      do {
        const input = { prefix: 'log:', order, limit: 1, ...(after !== undefined && { after }) };
        const page = await installation.call<{ channels: { channel: string }[]; next: string | null }>(
          'channels',
          input,
        );
        found.push(...page.channels.map(({ channel }) => channel));
        after = page.next;
      } while (after !== null);
      expect(found).toEqual([...expected]);
    }
  });
});

describe("a channel's details", () => {
  test('show its options, subscribers and position, also without subscribers', async () => {
    const installation = await listening(['live:here']);
    await installation.nodes.publish('log:far', 1, 3);
    expect(await installation.call<unknown>('channel', { channel: 'log:far' })).toMatchObject({
      rules: { namespace: 'log', history: 'durable', presence: false, subscribe: 'everyone' },
      ...{ isClosed: false, subscribers: 0, position: { offset: 3 }, present: null },
    });
    expect(await installation.call<unknown>('channel', { channel: 'live:here' })).toMatchObject({
      ...{ subscribers: 1, position: null, present: { clients: 1, users: 1 } },
    });
    expect(await installation.refusal('channel', { channel: 'nowhere:a' })).toBe('unknownChannel');
  });

  test('show history newest first, page by page', async () => {
    const installation = await listening([]);
    await installation.nodes.publish('log:a', 1, 5);
    const pages: (readonly number[])[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const input = { channel: 'log:a', limit: 2, ...(before !== undefined && { before }) };
      const page = await installation.call<{ publications: { offset: number }[]; next: number | null }>(
        'history',
        input,
      );
      pages.push(page.publications.map(({ offset }) => offset));
      before = page.next;
    }
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    expect(await installation.refusal('history', { channel: 'live:a' })).toBe('notAvailable');
  });

  test('show presence', async () => {
    const installation = await listening(['live:a', 'live:a']);
    const page = await installation.call<{ clients: unknown[]; total: number }>('presence', {
      channel: 'live:a',
      limit: 1,
    });
    expect([page.clients.length, page.total]).toEqual([1, 2]);
  });
});

describe('publishing to a channel', () => {
  test('publishes the typed data unchanged and returns its position', async () => {
    const installation = new Installation();
    const client = await installation.nodes.subscribed('log:a');
    const data = '{\n  "big": 12345678901234567890,\n  "text": "a\\nb"\n}';
    expect(await installation.call<unknown>('publish', { channel: 'log:a', data })).toMatchObject({ offset: 1 });
    const [{ data: kept } = { data: '' }] = (await installation.nodes.node.read('log:a', { limit: 1 })).publications;
    expect(kept).toBe('{   "big": 12345678901234567890,   "text": "a\\nb" }');
    expect(client.offsets('log:a')).toEqual([1]);
    expect(installation.records).toEqual([
      ['console.published', { by: 'u-ann', address: '192.0.2.7', channel: 'log:a', offset: 1 }],
    ]);
  });

  test('refuses invalid JSON, and an entry key where the channel has no map', async () => {
    const installation = new Installation();
    for (const data of ['', '{', "{'a':1}", 'undefined', 'NaN']) {
      expect(await installation.refusal('publish', { channel: 'log:a', data })).toBe('invalidInput');
    }
    expect(await installation.refusal('publish', { channel: 'board:a', data: '1' })).toBe('badRequest');
    expect(await installation.refusal('publish', { channel: 'log:a', data: '1', entry: 'k' })).toBe('badRequest');
    expect(await installation.call<unknown>('publish', { channel: 'board:a', data: '1', entry: 'k' })).toMatchObject({
      offset: 1,
    });
  });

  test('CN4 CN5 removes history, after which offsets continue, and logs who did it', async () => {
    const installation = new Installation();
    await installation.nodes.publish('log:a', 1, 3);
    await installation.call('removeHistory', { channel: 'log:a' });
    expect(await installation.call<unknown>('history', { channel: 'log:a' })).toEqual({ publications: [], next: null });
    expect(await installation.call<unknown>('publish', { channel: 'log:a', data: '4' })).toMatchObject({ offset: 4 });
    expect(installation.records[0]).toEqual([
      'console.history_removed',
      { by: 'u-ann', address: '192.0.2.7', channel: 'log:a' },
    ]);
  });
});

describe('a channel of a feature', () => {
  test('CN2 PE4 shows that it exists and its position, but none of its content', async () => {
    const installation = new Installation();
    await installation.nodes.publish('room:secret', 1, 2);
    expect(await installation.call<unknown>('channel', { channel: 'room:secret' })).toMatchObject({
      ...{ isClosed: true, position: { offset: 2 } },
    });
    for (const [name, more] of [
      ['history', {}],
      ['presence', {}],
      ['publish', { data: '1' }],
      ['removeHistory', {}],
    ] as const) {
      expect(await installation.refusal(name, { channel: 'room:secret', ...more })).toBe('permissionDenied');
    }
    expect((await installation.nodes.node.read('room:secret', { limit: 9 })).publications).toHaveLength(2);
    expect(installation.records).toEqual([]);
  });
});
