import { describe, expect, test } from 'bun:test';
import { person, range } from '../../../tests/core/node.ts';
import { plainNode, stream } from '../../../tests/core/plain-client.ts';

const dataOf = (client: ReturnType<typeof stream>) =>
  client.events().flatMap(({ type, data }) => (type === 'message' ? [data.data] : []));

describe('HT1 a stream', () => {
  test('HT1 continues exactly after any of its events, in all of its channels', async () => {
    const world = plainNode();
    const channels = ['log:a', 'log:b', 'live:c'];
    const whole = stream(world, { channels });
    await world.clock.settle();
    for (const number of range(1, 6)) await world.publish(number % 2 === 0 ? 'log:a' : 'log:b', number);
    const numbers = whole.events().filter(({ type }) => type === 'message');
    expect(numbers.map(({ data }) => data.data)).toEqual(range(1, 6));
    for (const [index, { id }] of numbers.entries()) {
      const back = stream(world, { channels, cursor: id });
      await world.clock.settle();
      await back.opened;
      const missed = new Set(dataOf(back));
      expect([...missed].sort()).toEqual(range(index + 2, 6));
      expect(dataOf(back)).toHaveLength(missed.size);
      back.session.closed();
    }
  });

  test('HT1 keeps the positions of channels not yet entered when it is cut', async () => {
    const world = plainNode();
    const first = stream(world, { channels: ['log:a', 'log:b'] });
    await world.clock.settle();
    const cursor = first.events().at(-1)?.id ?? '';
    first.session.closed();
    await world.publish('log:a', 1);
    await world.publish('log:b', 2);
    const cut = stream(world, { channels: ['log:a', 'log:b'], cursor });
    await world.clock.settle();
    const early = cut.events().findIndex(({ data }) => data.channel === 'log:a' && data.offset === 1);
    const back = stream(world, { channels: ['log:a', 'log:b'], cursor: cut.events()[early]?.id ?? '' });
    await world.clock.settle();
    expect(dataOf(back)).toEqual([2]);
  });

  test('RE2 SL1 recovers no more than its buffer holds, including its long ids', async () => {
    const world = plainNode({ limits: { recoveryBytes: 10_000 } });
    const channels = Array.from({ length: 100 }, (_, n) => `log:${n}`);
    const first = stream(world, { channels });
    await world.clock.settle();
    const cursor = first.events().at(-1)?.id ?? '';
    first.session.closed();
    await world.publish('log:0', 1, 50);
    await world.publish('log:1', 1, 2);
    const back = stream(world, { channels, cursor });
    await world.clock.settle();
    await back.opened;
    const recovered = new Map(back.events().map(({ data }) => [data.channel, data.recovered]));
    expect([recovered.get('log:0'), back.seen.text.length < 20_000]).toEqual([false, true]);
    expect(dataOf(back)).toEqual([1, 2]);
  });

  test('RE2 reports when missed publications are no longer kept', async () => {
    const world = plainNode();
    const first = stream(world, { channels: ['mem:a'] });
    await world.clock.settle();
    const cursor = first.events()[0]?.id ?? '';
    first.session.closed();
    await world.publish('mem:a', 1, 10);
    const back = stream(world, { channels: ['mem:a'], cursor });
    await world.clock.settle();
    expect(back.events()).toMatchObject([{ type: 'subscribed', data: { recovered: false, offset: 10 } }]);
  });

  test('HT5 needs no reply to pings, which keep the connection open', async () => {
    const world = plainNode({ limits: { pingMs: 5_000, pongMs: 2_000 } });
    const client = stream(world, { channels: ['log:a'] });
    await world.clock.pass(60_000);
    expect(client.seen.endedBy).toBeUndefined();
    expect(client.seen.text.match(/^:$/gm)?.length).toBe(12);
    expect(client.preamble).toBe('retry: 2000\n');
  });

  test('PE3 HT6 ends with a reason when a right is removed', async () => {
    const world = plainNode();
    const client = stream(world, { channels: ['log:a', 'log:b'], principal: person('ann') });
    await world.clock.settle();
    world.node.unsubscribeUser('ann', 'log:b');
    await world.clock.settle();
    expect(client.events().slice(-2)).toMatchObject([
      { type: 'unsubscribed', data: { channel: 'log:b', code: 2_000 } },
      { type: 'disconnect', data: { code: 3_507, reconnect: false } },
    ]);
    expect(client.seen.endedBy).toBe('permissionDenied');
    expect(world.node.connections).toBe(0);
  });

  test('OR5 HT6 ends when a history starts a new epoch, which the client learns when it reconnects', async () => {
    const world = plainNode();
    await world.publish('log:a', 1);
    const client = stream(world, { channels: ['log:a'] });
    await world.clock.settle();
    world.log.startNewEpoch('second-');
    await world.publish('log:a', 1);
    expect(client.seen.endedBy).toBe('insufficientState');
    const back = stream(world, { channels: ['log:a'], cursor: client.events().at(-1)?.id ?? '' });
    await world.clock.settle();
    expect(back.events()[0]).toMatchObject({ type: 'subscribed', data: { recovered: false } });
  });

  test('SE7 HT6 ends on a drain with a reason after which clients reconnect', async () => {
    const world = plainNode();
    const client = stream(world, { channels: ['log:a'] });
    await world.clock.settle();
    await world.node.drain();
    expect(client.events().at(-1)).toMatchObject({ type: 'disconnect', data: { code: 3_001, reconnect: true } });
    expect(client.seen.text).toMatch(/retry: \d{4}\nevent: disconnect\n/);
  });

  test('HT3 is refused at the start if one of its channels is, or anonymous clients are not allowed', async () => {
    const world = plainNode();
    const unknown = stream(world, { channels: ['log:a', 'nowhere:x'] });
    await world.clock.settle();
    await expect(unknown.opened).rejects.toMatchObject({ kind: 'unknownChannel' });
    const closed = plainNode({ limits: { anonymous: false } });
    const stranger = stream(closed, { channels: ['log:a'] });
    await closed.clock.settle();
    await expect(stranger.opened).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  test('HT7 receives nothing it has not requested', async () => {
    const world = plainNode({ hooks: { serverChannels: async () => ['log:given'] } });
    const client = stream(world, { channels: ['log:a'], principal: person('ann') });
    await world.clock.settle();
    world.node.subscribeUser('ann', 'log:later');
    await world.clock.settle();
    await world.publish('log:given', 1);
    await world.publish('log:later', 1);
    await world.publish('log:a', 1);
    expect(client.events().map(({ data }) => data.channel)).toEqual(['log:a', 'log:a']);
  });

  test('writes data with line breaks of any kind on one line', async () => {
    const world = plainNode();
    const client = stream(world, { channels: ['live:a'] });
    await world.clock.settle();
    const done = world.node.publish('live:a', '{\r"a":\r\n1}');
    await world.clock.settle();
    await done;
    expect(client.seen.text).not.toContain('\r');
    expect(dataOf(client)).toEqual([{ a: 1 }]);
  });
});
