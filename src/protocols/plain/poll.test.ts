import { describe, expect, test } from 'bun:test';
import { range } from '../../../tests/core/node.ts';
import { plainNode, poll } from '../../../tests/core/plain-client.ts';

/** The cursor that a first poll returns at once. */
async function cursorOf(world: ReturnType<typeof plainNode>, ...channels: string[]): Promise<string> {
  const { answer } = poll(world, { channels });
  await world.clock.settle();
  return (await answer).cursor;
}

describe('HT2 a poll', () => {
  test('HT2 without a cursor returns the current one at once', async () => {
    const world = plainNode();
    await world.publish('log:a', 1, 3);
    const { answer } = poll(world, { channels: ['log:a', 'live:b'] });
    await world.clock.settle();
    expect(await answer).toMatchObject({ publications: [], recovered: true });
  });

  test('HT2 returns at once what was published since', async () => {
    const world = plainNode();
    const cursor = await cursorOf(world, 'log:a', 'log:b');
    await world.publish('log:a', 1, 2);
    await world.publish('log:b', 1);
    const first = poll(world, { channels: ['log:a', 'log:b'], cursor });
    await world.clock.settle();
    const { publications, cursor: next } = await first.answer;
    expect(publications.map(({ channel, offset }) => [channel, offset])).toEqual([
      ['log:a', 1],
      ['log:a', 2],
      ['log:b', 1],
    ]);
    const second = poll(world, { channels: ['log:a', 'log:b'], cursor: next });
    await world.clock.settle();
    second.timeOver();
    expect(await second.answer).toMatchObject({ publications: [], cursor: next });
  });

  test('HT2 waits for publications, and includes those of the same moment', async () => {
    const world = plainNode();
    const cursor = await cursorOf(world, 'log:a');
    const { answer } = poll(world, { channels: ['log:a'], cursor });
    await world.clock.settle();
    await Promise.all([world.publish('log:a', 1), world.publish('log:a', 2)]);
    const { publications } = await answer;
    expect(publications.map(({ data }) => data)).toEqual([1, 2]);
  });

  test('HT2 successive polls miss nothing and repeat nothing', async () => {
    const world = plainNode();
    let cursor = await cursorOf(world, 'log:a');
    const heard: unknown[] = [];
    for (const number of range(1, 20)) {
      const waiting = poll(world, { channels: ['log:a'], cursor });
      // Some are published before it waits, some while it waits, some after it was answered.
      if (number % 3 > 0) await world.clock.settle();
      await world.publish('log:a', number);
      const answer = await waiting.answer;
      heard.push(...answer.publications.map(({ data }) => data));
      cursor = answer.cursor;
    }
    expect(heard).toEqual(range(1, 20));
  });

  test('RE2 reports when publications are no longer kept, and continues from the current position', async () => {
    const world = plainNode();
    const cursor = await cursorOf(world, 'mem:a', 'log:b');
    await world.publish('mem:a', 1, 10);
    const { answer } = poll(world, { channels: ['mem:a', 'log:b'], cursor });
    await world.clock.settle();
    const told = await answer;
    expect(told).toMatchObject({ publications: [], recovered: false, lost: ['mem:a'] });
    const next = poll(world, { channels: ['mem:a', 'log:b'], cursor: told.cursor });
    await world.clock.settle();
    await world.publish('mem:a', 11);
    expect((await next.answer).publications.map(({ data }) => data)).toEqual([11]);
  });

  test('OR5 RE2 restarts with a new epoch', async () => {
    const world = plainNode();
    await world.publish('log:a', 1, 2);
    const cursor = await cursorOf(world, 'log:a');
    const waiting = poll(world, { channels: ['log:a'], cursor });
    await world.clock.settle();
    world.log.startNewEpoch('second-');
    await world.publish('log:a', 1);
    const { cursor: same } = await waiting.answer;
    const next = poll(world, { channels: ['log:a'], cursor: same });
    await world.clock.settle();
    expect(await next.answer).toMatchObject({ recovered: false, lost: ['log:a'] });
  });

  test('HT4 needs no read of the log: neither while a thousand wait, nor when they return', async () => {
    const world = plainNode();
    const first = await cursorOf(world, 'log:a');
    const cursors = Array.from({ length: 1_000 }, () => first);
    const [reads, positions] = [world.log.reads.length, world.log.positions];
    for (const round of range(1, 3)) {
      const waiting = cursors.map((cursor) => poll(world, { channels: ['log:a'], cursor }));
      await world.clock.settle();
      await world.publish('log:a', round);
      for (const [index, { answer }] of waiting.entries()) {
        const { publications, cursor } = await answer;
        expect(publications.map(({ data }) => data)).toEqual([round]);
        cursors[index] = cursor;
      }
      await world.clock.pass(2_000);
    }
    expect([world.log.reads.length - reads, world.log.positions - positions]).toEqual([0, 0]);
    await world.clock.pass(12_000);
    expect(world.node.hub.size).toBe(0);
  });

  test('HT4 triggers no joins and leaves, and adds no presence', async () => {
    const world = plainNode();
    const watcher = await world.subscribed('live:a', { join_leave: true });
    const { answer, timeOver } = poll(world, { channels: ['live:a'] });
    await world.clock.settle();
    timeOver();
    await answer;
    const pushes = watcher.pushes('live:a').map((push) => Object.keys(push)[1]);
    expect(pushes).toEqual(['join']);
    expect(world.node.presenceOf('live:a')).toHaveLength(1);
  });

  test('HT3 is refused if one of its channels is', async () => {
    const world = plainNode();
    const { answer } = poll(world, { channels: ['log:a', 'nowhere:x'] });
    await world.clock.settle();
    await expect(answer).rejects.toMatchObject({ kind: 'unknownChannel', message: 'nowhere:x: unknown channel' });
  });

  test('PE3 is refused while waiting if its right is removed, and answered on a drain', async () => {
    const world = plainNode();
    const cursor = await cursorOf(world, 'log:a');
    const [taken, drained] = [
      poll(world, { channels: ['log:a'], cursor }),
      poll(world, { channels: ['log:a'], cursor }),
    ];
    await world.clock.settle();
    taken.session.unsubscribe('log:a', 'server');
    await expect(taken.answer).rejects.toMatchObject({ kind: 'permissionDenied' });
    await world.node.drain();
    expect(await drained.answer).toMatchObject({ publications: [], cursor });
  });
});
