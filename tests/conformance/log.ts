import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Log, PAGE_BYTES } from '../../src/ports/log.ts';
import { accepted, append, offsetsOf, texts } from './appends.ts';
import { logEntriesContract } from './log-entries.ts';
import { logModelContract } from './log-model.ts';
import { logRetentionContract } from './log-retention.ts';
import { logVersionsContract } from './log-versions.ts';
import { rejectionOf } from './rejection.ts';

export type LogUnderTest = { readonly log: Log; close(): Promise<void> };

export type OpenLog = () => Promise<LogUnderTest>;

/** The conformance suite of the Log port. */
export function logContract(name: string, open: OpenLog): void {
  describe(`Log: ${name}`, () => {
    let opened: LogUnderTest;
    let log: Log;

    beforeEach(async () => {
      opened = await open();
      log = opened.log;
    });
    afterEach(() => opened.close());

    test('OR1: offsets are 1, 2, 3 in the order of the batch and of the calls', async () => {
      expect(await offsetsOf(log, [append('a', 'one'), append('a', 'two')])).toEqual([1, 2]);
      expect(await offsetsOf(log, [append('a', 'three')])).toEqual([3]);
      const page = await log.read('a', { limit: 10 });
      expect(page.publications.map(({ offset }) => offset)).toEqual([1, 2, 3]);
      expect(texts(page.publications)).toEqual(['one', 'two', 'three']);
    });

    test('OR1: concurrent calls keep their order', async () => {
      const calls = Array.from({ length: 200 }, (_, index) => log.append([append('a', String(index))]));
      const offsets = (await Promise.all(calls)).map(([outcome]) => accepted(outcome).position.offset);
      expect(offsets).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      const { publications } = await log.read('a', { limit: 1_000 });
      expect(texts(publications)).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
    });

    test('OR1: channels do not share offsets, also within one batch', async () => {
      const batch = [append('a', '1'), append('b', '1'), append('a', '2'), append('b', '2'), append('c', '1')];
      expect(await offsetsOf(log, batch)).toEqual([1, 1, 2, 2, 1]);
    });

    test('similar names are different channels', async () => {
      const names = ['a', 'A', 'a ', 'a:1', 'ä', 'a\u0308', '频道', "a'; DROP TABLE channels; --", '%', '__proto__'];
      expect(
        await offsetsOf(
          log,
          names.map((each) => append(each, each)),
        ),
      ).toEqual(names.map(() => 1));
      for (const each of names) expect(texts((await log.read(each, { limit: 9 })).publications)).toEqual([each]);
    });

    test('an empty batch returns an empty result', async () => {
      expect(await log.append([])).toEqual([]);
    });

    test('reads return what was appended, and absent fields stay absent', async () => {
      const info = { user: 'u', client: 'c', connInfo: '{"a":1}', chanInfo: '"x"' };
      const data = '{"n":12345678901234567890,"s":"\\ud800 \u2028 汉字 😀 \\u0000"}';
      const time = 1_790_000_000_123;
      await log.append([
        append('a', '', { data, time, info, tags: { kind: 'test', ключ: '' }, except: 'c' }),
        append('a', 'plain'),
      ]);
      const { publications } = await log.read('a', { limit: 2 });
      expect(publications).toEqual([
        { offset: 1, time, data, info, tags: { kind: 'test', ключ: '' }, except: 'c' },
        { offset: 2, time: 1_000, data: '"plain"' },
      ]);
      expect(Object.keys(publications[1] as object).sort()).toEqual(['data', 'offset', 'time']);
    });

    test('a one-megabyte publication is stored intact', async () => {
      const text = 'x'.repeat(1024 * 1024);
      await log.append([append('a', text)]);
      expect(texts((await log.read('a', { limit: 1 })).publications)).toEqual([text]);
    });

    test('a channel without publications is at offset 0, and reading does not create it', async () => {
      const position = await log.position('new');
      expect(position.offset).toBe(0);
      expect(position.epoch).not.toBe('');
      expect(await log.read('new', { limit: 5 })).toEqual({ publications: [], top: position });
      expect(await log.read('new', { limit: 5, reverse: true })).toEqual({ publications: [], top: position });
      const [first] = await log.append([append('new', '1')]);
      expect(accepted(first).position).toEqual({ epoch: position.epoch, offset: 1 });
    });

    test('position, page and outcome report the same epoch and top', async () => {
      const outcomes = await log.append([append('a', '1'), append('a', '2')]);
      const top = { ...accepted(outcomes[1]).position, floor: 0 };
      expect(await log.position('a')).toEqual(top);
      expect((await log.read('a', { limit: 1 })).top).toEqual(top);
      expect((await log.read('a', { limit: 0 })).top).toEqual(top);
    });

    test('a read that starts after an append resolved includes it', async () => {
      for (let n = 1; n <= 50; n += 1) {
        await log.append([append('a', String(n))]);
        expect((await log.read('a', { limit: 100 })).publications).toHaveLength(n);
        expect((await log.position('a')).offset).toBe(n);
      }
    });

    describe('reads', () => {
      const read = async (range: Parameters<Log['read']>[1]) =>
        (await log.read('a', range)).publications.map(({ offset }) => offset);
      beforeEach(() => log.append(Array.from({ length: 10 }, (_, index) => append('a', String(index)))));

      test('forward: from the oldest, or after a cursor, up to the limit', async () => {
        expect(await read({ limit: 3 })).toEqual([1, 2, 3]);
        expect(await read({ after: 0, limit: 2 })).toEqual([1, 2]);
        expect(await read({ after: 3, limit: 3 })).toEqual([4, 5, 6]);
        expect(await read({ after: 9, limit: 3 })).toEqual([10]);
        expect(await read({ after: 10, limit: 3 })).toEqual([]);
        expect(await read({ after: 1_000_000, limit: 3 })).toEqual([]);
      });

      test('reverse: from the newest, or before a cursor, up to the limit', async () => {
        expect(await read({ limit: 3, reverse: true })).toEqual([10, 9, 8]);
        expect(await read({ after: 8, limit: 3, reverse: true })).toEqual([7, 6, 5]);
        expect(await read({ after: 2, limit: 3, reverse: true })).toEqual([1]);
        expect(await read({ after: 1, limit: 3, reverse: true })).toEqual([]);
        expect(await read({ after: 0, limit: 3, reverse: true })).toEqual([]);
        expect(await read({ after: 1_000_000, limit: 2, reverse: true })).toEqual([10, 9]);
      });

      test('limit 0 returns the top only', async () => {
        expect(await read({ limit: 0 })).toEqual([]);
        expect(await read({ limit: 0, reverse: true })).toEqual([]);
        expect((await log.read('a', { limit: 0 })).top.offset).toBe(10);
      });

      test('pages joined by their cursors return everything once', async () => {
        const seen: number[] = [];
        for (let after = 0; seen.length < 10; after = seen.at(-1) ?? 0) seen.push(...(await read({ after, limit: 3 })));
        expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      });
    });

    describe('a page', () => {
      const read = async (range: Parameters<Log['read']>[1]) =>
        (await log.read('a', range)).publications.map(({ offset }) => offset);
      // Three bytes each as UTF-8.
      const third = '汉'.repeat(Math.floor(PAGE_BYTES / 9) - 10);

      test('ends before it exceeds its byte limit, in both directions; the next one continues', async () => {
        await log.append(Array.from({ length: 7 }, () => append('a', third)));
        expect(await read({ limit: 10 })).toEqual([1, 2, 3]);
        expect(await read({ after: 3, limit: 10 })).toEqual([4, 5, 6]);
        expect(await read({ after: 6, limit: 10 })).toEqual([7]);
        expect(await read({ limit: 10, reverse: true })).toEqual([7, 6, 5]);
        expect(await read({ after: 5, limit: 2, reverse: true })).toEqual([4, 3]);
        expect((await log.read('a', { limit: 10 })).top.offset).toBe(7);
      });

      test('has at least one publication, however large', async () => {
        const large = 'x'.repeat(PAGE_BYTES + 1);
        await log.append([append('a', large), append('a', 'small'), append('a', large)]);
        expect(await read({ limit: 10 })).toEqual([1]);
        expect(await read({ after: 1, limit: 10 })).toEqual([2]);
        expect(await read({ limit: 10, reverse: true })).toEqual([3]);
      });

      test("counts the publisher's info and tags", async () => {
        const half = 'x'.repeat(PAGE_BYTES / 2);
        const info = { user: 'u', client: 'c', connInfo: JSON.stringify(half) };
        await log.append([append('a', '1', { info }), append('a', '2', { tags: { half } }), append('a', '3')]);
        expect(await read({ limit: 10 })).toEqual([1]);
        expect(await read({ after: 1, limit: 10 })).toEqual([2, 3]);
      });
    });

    describe('ID1: a key', () => {
      test('seen before returns the first answer and writes nothing', async () => {
        const [first] = await log.append([append('a', 'first', { key: 'k', time: 5 })]);
        const [second] = await log.append([append('a', 'second', { key: 'k', time: 6 })]);
        expect(accepted(first).repeated).toBe(false);
        expect(accepted(second)).toEqual({ ...accepted(first), repeated: true });
        expect(texts((await log.read('a', { limit: 9 })).publications)).toEqual(['first']);
        expect(await offsetsOf(log, [append('a', 'next')])).toEqual([2]);
      });

      test('repeated within one batch counts once', async () => {
        const batch = ['k', 'l', 'k', 'k', 'l'].map((key, index) => append('a', String(index), { key }));
        const outcomes = (await log.append(batch)).map(accepted);
        expect(outcomes.map(({ position }) => position.offset)).toEqual([1, 2, 1, 1, 2]);
        expect(outcomes.map(({ repeated }) => repeated)).toEqual([false, false, true, true, true]);
      });

      test('repeated in concurrent calls counts once', async () => {
        const calls = Array.from({ length: 50 }, () => log.append([append('a', 'x', { key: 'k' })]));
        const outcomes = (await Promise.all(calls)).map(([outcome]) => accepted(outcome));
        expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(1);
        expect(new Set(outcomes.map(({ position }) => position.offset))).toEqual(new Set([1]));
      });

      test('is scoped to one channel, and an absent key is not a key', async () => {
        expect(await offsetsOf(log, [append('a', '1', { key: 'k' }), append('b', '1', { key: 'k' })])).toEqual([1, 1]);
        expect(await offsetsOf(log, [append('a', '2'), append('a', '2'), append('a', '3', { key: '' })])).toEqual([
          2, 3, 4,
        ]);
      });
    });

    describe('trim', () => {
      test('removes the history; epoch and offsets continue', async () => {
        await log.append([append('a', '1'), append('a', '2', { key: 'k' }), append('b', '1')]);
        const before = await log.position('a');
        expect(await log.trim('a')).toEqual({ epoch: before.epoch, offset: 2 });
        const top = { ...before, floor: before.offset };
        expect(await log.read('a', { limit: 9 })).toEqual({ publications: [], top });
        expect(await offsetsOf(log, [append('a', '3', { key: 'k' })])).toEqual([3]);
        expect((await log.read('a', { limit: 9 })).publications.map(({ offset }) => offset)).toEqual([3]);
        expect(await log.position('a')).toEqual({ epoch: before.epoch, offset: 3, floor: 2 });
        expect((await log.read('b', { limit: 9 })).publications).toHaveLength(1);
      });

      test('of an empty or unknown channel does nothing', async () => {
        await log.trim('none');
        await log.trim('none');
        expect(await offsetsOf(log, [append('none', '1')])).toEqual([1]);
      });

      test('keeps its place among concurrent appends', async () => {
        const first = log.append([append('a', '1'), append('a', '2')]);
        const trimmed = log.trim('a');
        const second = log.append([append('a', '3')]);
        await Promise.all([first, trimmed, second]);
        expect((await log.read('a', { limit: 9 })).publications.map(({ offset }) => offset)).toEqual([3]);
      });
    });

    test('a log without support for writes refuses a batch with writes, and stores none of it', async () => {
      if (log.promises.writes) return;
      const writes = [{ sql: 'SELECT 1', params: [] }];
      await rejectionOf(log.append([append('a', 'plain'), append('a', 'x', { writes })]));
      expect((await log.position('a')).offset).toBe(0);
    });

    logRetentionContract(() => log);
    logVersionsContract(() => log);
    logEntriesContract(() => log);
    logModelContract(() => log);
  });
}
