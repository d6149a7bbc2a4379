import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { NewWork, WorkLog } from '../../src/ports/work-log.ts';

export type WorkLogUnderTest = { readonly log: WorkLog; close(): Promise<void> };

const LEASE_MS = 60_000;

function work(lane: string, data: unknown, queue = 'q'): NewWork {
  return { queue, lane, time: 1_000, data: JSON.stringify(data) };
}

/** The conformance suite of the WorkLog port. */
export function workLogContract(name: string, open: () => Promise<WorkLogUnderTest>): void {
  describe(`WorkLog: ${name}`, () => {
    let opened: WorkLogUnderTest;
    let log: WorkLog;
    beforeEach(async () => {
      opened = await open();
      log = opened.log;
    });
    afterEach(() => opened.close());

    const lease = (now: number, limit = 10) => log.lease({ queue: 'q', now, until: now + LEASE_MS, limit });
    const leased = async (now: number, limit?: number) =>
      (await lease(now, limit)).works.map(({ data }) => JSON.parse(data) as unknown);
    const buried = async (lane: string, data: unknown) => {
      const [id = ''] = await log.add([work(lane, data)]);
      await lease(0);
      await log.fail(id, { kind: 'dead', at: 5, reason: 'broken' });
      return id;
    };

    test('returns work as it was added', async () => {
      const [id = ''] = await log.add([work('a', { text: 'a "leaf" 🌿' })]);
      const [given] = (await lease(0)).works;
      expect(given).toEqual({
        id,
        queue: 'q',
        lane: 'a',
        time: 1_000,
        data: '{"text":"a \\"leaf\\" 🌿"}',
        attempts: 0,
      });
    });

    test('returns one item of a lane at a time, in order, and lanes in parallel', async () => {
      const ids = await log.add([work('a', 1), work('a', 2), work('b', 3)]);
      expect(await leased(0)).toEqual([1, 3]);
      expect(await leased(0)).toEqual([]);
      await log.remove([ids[0] as string]);
      expect(await leased(0)).toEqual([2]);
    });

    test('returns the oldest first, up to the limit', async () => {
      await log.add([work('c', 1), work('a', 2), work('b', 3)]);
      expect(await leased(0, 2)).toEqual([1, 2]);
      expect(await leased(0, 2)).toEqual([3]);
    });

    test("returns only the queue's own work", async () => {
      await log.add([work('a', 1, 'other'), work('a', 2)]);
      expect(await leased(0)).toEqual([2]);
    });

    test('returns leased work again once the lease expired', async () => {
      await log.add([work('a', 1), work('a', 2)]);
      expect(await leased(0)).toEqual([1]);
      expect(await lease(1)).toEqual({ works: [], nextAt: LEASE_MS });
      expect(await leased(LEASE_MS)).toEqual([1]);
    });

    test('delays a lane after a failure, and no other lane', async () => {
      const [first = ''] = await log.add([work('a', 1), work('a', 2)]);
      await lease(0);
      await log.fail(first, { kind: 'retry', at: 500 });
      await log.add([work('b', 3)]);
      const { works, nextAt } = await lease(499);
      expect([works.map(({ data }) => data), nextAt]).toEqual([['3'], 500]);
      expect((await lease(500)).works).toMatchObject([{ id: first, attempts: 1, data: '1' }]);
    });

    test('says when to look again: never for an empty queue, at once if more is due', async () => {
      expect(await lease(7)).toEqual({ works: [], nextAt: undefined });
      await log.add([work('a', 1), work('b', 2)]);
      expect((await lease(7, 1)).nextAt).toBe(7);
    });

    test('moves permanently failed work to dead letters, which block nothing', async () => {
      const id = await buried('a', 1);
      await log.add([work('a', 2)]);
      expect(await leased(0)).toEqual([2]);
      const letter = { id, queue: 'q', lane: 'a', time: 1_000, attempts: 1, failedAt: 5, reason: 'broken', bytes: 1 };
      expect(await log.deadLetters({ limit: 10 })).toEqual([letter]);
      expect(await log.deadLetter(id)).toEqual({ ...letter, data: '1' });
    });

    test('pages through dead letters in both directions', async () => {
      const ids: string[] = [];
      for (const number of [1, 2, 3]) ids.push(await buried('a', number));
      const page = async (range: Parameters<WorkLog['deadLetters']>[0]) =>
        (await log.deadLetters(range)).map(({ id }) => id);
      expect(await page({ limit: 2 })).toEqual([ids[2] as string, ids[1] as string]);
      expect(await page({ limit: 2, after: ids[1] })).toEqual([ids[0] as string]);
      expect(await page({ limit: 2, oldestFirst: true })).toEqual([ids[0] as string, ids[1] as string]);
      expect(await page({ limit: 2, oldestFirst: true, after: ids[2] })).toEqual([]);
    });

    test('revives dead letters at their place in the lane', async () => {
      const id = await buried('a', 1);
      await log.add([work('a', 2)]);
      await log.revive([id]);
      expect((await lease(0)).works).toMatchObject([{ id, attempts: 0, data: '1' }]);
      expect(await log.deadLetters({ limit: 10 })).toEqual([]);
    });

    test('removes dead letters', async () => {
      const id = await buried('a', 1);
      await log.remove([id]);
      expect([await log.deadLetter(id), await leased(0)]).toEqual([undefined, []]);
    });

    test('counts by lane', async () => {
      await buried('a', 'ü');
      await log.add([work('a', 22), work('a', 333), work('b', 4, 'other')]);
      const sizes = [...(await log.sizes())].sort((one, other) => one.bytes - other.bytes);
      expect(sizes).toEqual([
        { queue: 'other', lane: 'b', dead: false, works: 1, bytes: 1 },
        { queue: 'q', lane: 'a', dead: true, works: 1, bytes: 4 },
        { queue: 'q', lane: 'a', dead: false, works: 2, bytes: 5 },
      ]);
    });

    test('ignores missing items', async () => {
      await log.remove(['7', 'x']);
      await log.revive(['7', 'x']);
      await log.fail('7', { kind: 'retry', at: 1 });
      expect(await log.deadLetter('x')).toBeUndefined();
      expect(await log.deadLetters({ limit: 1, after: 'x' })).toEqual([]);
    });

    test('work settled while the next is being fetched is not returned twice and does not block its lane', async () => {
      const ids = await log.add([work('a', 1), work('a', 2)]);
      await lease(0);
      const [during] = await Promise.all([lease(0), log.remove([ids[0] as string])]);
      const after = await lease(0);
      const given = [...during.works, ...after.works, ...(await lease(0)).works].map(({ data }) => data);
      expect(given).toEqual(['2']);
    });
  });
}
