import { describe, expect, test } from 'bun:test';
import { guardOf, TestNode } from '../../../tests/core/node.ts';
import type { Fanout } from '../protocol/connection.ts';
import { SlowReaders } from './slow-readers.ts';

describe('SL1 slow clients', () => {
  test('are told that they were too slow, once enough was published for that; the others stay', async () => {
    const node = new TestNode({ limits: { backlogBytes: 1_000 } });
    const [quick, slow] = [await node.subscribed('log:a'), await node.subscribed('log:a')];
    quick.waiting = 875;
    slow.waiting = 876;
    await node.publish('log:a', 1);
    await node.publish('log:a', 2, 5);
    expect(slow.closedWith).toEqual({ code: 3008, reason: 'slow' });
    expect(quick.closedWith).toBeUndefined();
    expect(node.node.hub.get('log:a')?.subscriberCount).toBe(1);
  });

  test('are told so too if replies to themselves alone accumulate', async () => {
    const node = new TestNode({ limits: { backlogBytes: 1_000_000 } });
    const client = await node.connected();
    client.waiting = 875_001;
    await node.ask(client, { rpc: { method: 'x', data: 1 } });
    await node.clock.settle();
    expect(client.closedWith).toEqual({ code: 3008, reason: 'slow' });
  });

  test('are counted, also those the runtime had to close; a broken connection does not count', async () => {
    const node = new TestNode();
    const slow = 'banyan_disconnects_total slow';
    for (const [end, counted] of [
      ['closed', []],
      ['cut', []],
      ['dropped', [slow]],
    ] as const) {
      node.counted.length = 0;
      (await node.connected()).session.closed(end);
      expect([end, node.counted]).toEqual([end, [...counted]]);
    }
  });

  test('are checked as often as their number allows, and a close in between is attributed to slowness', () => {
    let now = 0;
    const later: (() => void)[] = [];
    const clock = {
      now: () => now,
      after: (_: number, run: () => void) => later.push(run),
      soon: (run: () => void) => run(),
    };
    const session = { connection: { backlog: () => 1 }, close: () => undefined };
    const readers = new SlowReaders({
      ...{ clock: clock as never, guard: guardOf(clock), bound: 320, count: () => 100_000 },
      sessions: () => [session],
    });
    const fanout: Fanout = readers.watching({ publish: () => undefined });
    now = 1_000;
    fanout.publish('t', 'x'.repeat(11));
    expect(readers.mayHaveCut(session)).toBe(false);
    now += 299;
    fanout.publish('t', 'x'.repeat(11));
    expect(readers.mayHaveCut(session)).toBe(true);
    expect(later.length).toBe(1);
    later[0]?.();
    expect(readers.mayHaveCut(session)).toBe(false);
  });
});
