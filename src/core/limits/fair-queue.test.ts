import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { type Asker, FairQueue, type FairQueueSettings } from './fair-queue.ts';

/** A queue whose work ends when the test says so, and the order in which work started. */
function queueOf(settings: Partial<FairQueueSettings> = {}) {
  const clock = new HandClock();
  const queue = new FairQueue({
    ...{ clock, atOnce: 1, perUser: 1, mostWaiting: 100, waitMs: () => 0, hasTurn: () => true },
    ...settings,
  });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (asker: Asker, name: string) =>
    queue.run(asker, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  /** Ends all running work, and what starts then, until nothing does. */
  const finish = async () => {
    for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
      end();
      await clock.settle();
    }
  };
  return { queue, clock, begun, ends, ask, finish };
}

const asker = (key: string): Asker => ({ key, connection: {} });

describe('FS1 work in turns', () => {
  test('FS1 starts within the call if nothing is running', () => {
    const { begun, ask } = queueOf();
    void ask(asker('ann'), 'a');
    expect(begun).toEqual(['a']);
  });

  test('FS1 a user with many requests does not delay another user', async () => {
    const { begun, ask, finish } = queueOf();
    const mallory = asker('mallory');
    for (let count = 0; count < 50; count += 1) void ask(mallory, `m${count}`);
    const ann = ask(asker('ann'), 'ann');
    await finish();
    expect(await ann).toBe('ann');
    expect(begun.indexOf('ann')).toBeLessThanOrEqual(2);
    expect(begun.filter((name) => name.startsWith('m'))).toEqual(Array.from({ length: 50 }, (_, count) => `m${count}`));
  });

  test("FS1 many connections have one user's turns, and alternate among themselves", async () => {
    const { begun, ask, finish } = queueOf();
    const many = Array.from({ length: 8 }, () => asker('mallory'));
    for (let round = 0; round < 3; round += 1) for (const [index, each] of many.entries()) void ask(each, `m${index}`);
    const ann = asker('ann');
    for (let count = 0; count < 3; count += 1) void ask(ann, 'ann');
    await finish();
    expect(begun.slice(0, 6)).toEqual(['m0', 'ann', 'm1', 'ann', 'm2', 'ann']);
  });

  test('FS1 limits running work per user, and in total', () => {
    const { begun, ask } = queueOf({ atOnce: 3, perUser: 2 });
    for (const key of ['a', 'b', 'c']) for (let count = 0; count < 4; count += 1) void ask(asker(key), key);
    expect(begun).toEqual(['a', 'a', 'b']);
  });

  test('FS1 a user above their share waits, and others continue', async () => {
    const debts = new Map([['mallory', 5_000]]);
    const { clock, begun, ask, finish } = queueOf({ waitMs: (key) => debts.get(key) ?? 0 });
    void ask(asker('mallory'), 'm');
    void ask(asker('ann'), 'ann');
    await finish();
    expect(begun).toEqual(['ann']);
    debts.clear();
    await clock.pass(5_000);
    expect(begun).toEqual(['ann', 'm']);
  });

  test('FS1 what does not fit into one turn of the event loop starts in the next', async () => {
    let left = 2;
    const { clock, begun, ask } = queueOf({ atOnce: 10, perUser: 10, hasTurn: () => left-- > 0 });
    const ann = asker('ann');
    for (let count = 0; count < 4; count += 1) void ask(ann, 'ann');
    expect(begun.length).toBe(2);
    left = 2;
    await clock.settle();
    expect(begun.length).toBe(4);
  });

  test('FA1 work that throws or rejects frees its place', async () => {
    const { queue, ask, begun, finish } = queueOf();
    const failing = Promise.allSettled([
      queue.run(asker('a'), () => {
        throw new Error('thrown');
      }),
      queue.run(asker('b'), () => Promise.reject(new Error('rejected'))),
    ]);
    void ask(asker('c'), 'c');
    expect(await failing).toMatchObject([{ reason: { message: 'thrown' } }, { reason: { message: 'rejected' } }]);
    await finish();
    expect(begun).toEqual(['c']);
  });

  test("FS2 limits waiting work per user; a closed connection's work is dropped", async () => {
    const { queue, begun, ask, finish } = queueOf({ mostWaiting: 3 });
    const gone = asker('mallory');
    const asked = Array.from({ length: 5 }, (_, count) => ask(gone, `m${count}`));
    expect(asked[4]).rejects.toMatchObject({ kind: 'tooManyRequests' });
    queue.drop(gone);
    for (const each of asked.slice(1, 4)) expect(each).rejects.toMatchObject({ kind: 'connectionClosed' });
    await finish();
    expect([begun, await asked[0], queue.size]).toEqual([['m0'], 'm0', 0]);
  });
});
