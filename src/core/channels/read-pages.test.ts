import { describe, expect, test } from 'bun:test';
import { range } from '../../../tests/core/node.ts';
import { WatchedLog } from '../../../tests/core/watched-log.ts';
import { type BoundedRange, readPages } from './read-pages.ts';

const CHANNEL = 'log:tree';
const PLENTY = 1_000_000;

/** A log with publications 1 to `count` of about 1,000 bytes, which returns three at a time. */
async function logOf(count: number): Promise<WatchedLog> {
  const log = new WatchedLog();
  const data = JSON.stringify('x'.repeat(900));
  const append = { channel: CHANNEL, data, time: 0, retention: { size: 0, ttlMs: 0 } };
  await log.append(range(1, count).map(() => append));
  log.pageLength = 3;
  return log;
}

describe('a read', () => {
  const reads: readonly [what: string, asked: BoundedRange, given: readonly number[]][] = [
    ['all there is', { limit: 100, bytes: PLENTY }, range(1, 10)],
    ['as many as asked for', { limit: 5, bytes: PLENTY }, range(1, 5)],
    ['from a place', { limit: 5, after: 6, bytes: PLENTY }, range(7, 10)],
    ['backwards', { limit: 100, reverse: true, bytes: PLENTY }, range(1, 10).reverse()],
    ['backwards from a place', { limit: 4, reverse: true, after: 8, bytes: PLENTY }, [7, 6, 5, 4]],
    ['what fits', { limit: 100, bytes: 4_500 }, range(1, 4)],
    ['what fits, backwards', { limit: 100, reverse: true, bytes: 4_500 }, [10, 9, 8, 7]],
    ['one that is too long alone', { limit: 100, after: 3, bytes: 10 }, [4]],
    ['nothing when asked for nothing', { limit: 0, bytes: PLENTY }, []],
    ['nothing behind the end', { limit: 100, after: 10, bytes: PLENTY }, []],
  ];
  test.each([...reads])('SL1 returns %s', async (_what, asked, given) => {
    const page = await readPages(await logOf(10), CHANNEL, asked);
    expect(page.publications.map(({ offset }) => offset)).toEqual([...given]);
    expect(page.top.offset).toBe(10);
  });

  test('does not read again at the end, nor above the byte limit', async () => {
    const log = await logOf(9);
    await readPages(log, CHANNEL, { limit: 100, bytes: PLENTY });
    expect(log.reads.length).toBe(3);
    await readPages(log, CHANNEL, { limit: 100, bytes: 1_500 });
    expect(log.reads.length).toBe(4);
  });

  test('OR5 never mixes two epochs', async () => {
    const log = await logOf(9);
    const inner = log.read.bind(log);
    log.read = async (...asked) => {
      const page = await inner(...asked);
      log.startNewEpoch('second-');
      return page;
    };
    const page = await readPages(log, CHANNEL, { limit: 100, bytes: PLENTY });
    expect(page.publications.map(({ offset }) => offset)).toEqual([1, 2, 3]);
    expect(page.top.epoch).toBe('first-0');
  });
});
