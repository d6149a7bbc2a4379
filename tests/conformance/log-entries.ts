import { describe, expect, test } from 'bun:test';
import {
  type Append,
  type Log,
  type MapEntry,
  PAGE_BYTES,
  type Publication,
  type StoredEntry,
} from '../../src/ports/log.ts';
import { Random } from '../simulation/random.ts';
import { accepted, append } from './appends.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

const set = (channel: string, key: string, text: string, more: Partial<Append> = {}) =>
  append(channel, text, { ...more, entry: { key } });
const removed = (channel: string, key: string) => append(channel, '', { entry: { key, removed: true } });

/** All entries, page by page. */
async function storedOf(log: Log, channel: string, limit = 100): Promise<readonly StoredEntry[]> {
  const found: StoredEntry[] = [];
  for (;;) {
    const after = found.at(-1)?.publication.entry?.key;
    const page = await log.entries(channel, { limit, ...(after !== undefined && { after }) });
    if (page.length === 0) return found;
    found.push(...page);
  }
}

async function entriesOf(log: Log, channel: string, limit?: number): Promise<readonly Publication[]> {
  return (await storedOf(log, channel, limit)).map(({ publication }) => publication);
}

async function textsOf(log: Log, channel: string, limit?: number): Promise<Readonly<Record<string, string>>> {
  const entries = await entriesOf(log, channel, limit);
  return Object.fromEntries(entries.map(({ entry, data }) => [(entry as MapEntry).key, JSON.parse(data)]));
}

/** The map part of the Log suite. */
export function logEntriesContract(current: () => Log): void {
  describe('MA10: entries', () => {
    test('are those set last and not removed, of their channel only', async () => {
      const log = current();
      await log.append([set('a', 'x', 'one'), set('a', 'y', 'two'), set('b', 'x', 'other')]);
      await log.append([set('a', 'x', 'three'), set('a', 'z', 'four'), removed('a', 'y'), removed('a', 'none')]);
      expect(await textsOf(log, 'a')).toEqual({ x: 'three', z: 'four' });
      expect(await textsOf(log, 'b')).toEqual({ x: 'other' });
      expect(await textsOf(log, 'none')).toEqual({});
    });

    test('are the publications that set them, and publications carry their entry key', async () => {
      const log = current();
      const info = { user: 'u', client: 'c' };
      await log.append([append('a', 'plain'), set('a', 'x', 'one', { time: 5, info, tags: { t: '1' }, except: 'c' })]);
      await log.append([removed('a', 'y')]);
      const one = { offset: 2, time: 5, data: '"one"', info, tags: { t: '1' }, except: 'c', entry: { key: 'x' } };
      expect(await entriesOf(log, 'a')).toEqual([one]);
      const { publications } = await log.read('a', { limit: 9 });
      expect(publications.map(({ entry }) => entry)).toEqual([undefined, { key: 'x' }, { key: 'y', removed: true }]);
    });

    test('survive retention and trim', async () => {
      const log = current();
      const retention = { size: 2, ttlMs: 100 };
      for (let n = 0; n < 50; n += 1) await log.append([set('a', `k${n}`, String(n), { time: 1_000 + n, retention })]);
      await log.append([set('a', 'late', 'late', { time: 9_000, retention })]);
      expect(Object.keys(await textsOf(log, 'a'))).toHaveLength(51);
      await log.trim('a');
      expect(Object.keys(await textsOf(log, 'a'))).toHaveLength(51);
      await log.append([removed('a', 'k7')]);
      expect(Object.keys(await textsOf(log, 'a'))).toHaveLength(50);
    });

    test('are not changed by an append with a repeated key', async () => {
      const log = current();
      await log.append([set('a', 'x', 'first', { key: 'm' }), set('a', 'x', 'second')]);
      await log.append([set('a', 'x', 'first', { key: 'm' })]);
      expect(await textsOf(log, 'a')).toEqual({ x: 'second' });
    });

    test('MA11 carry the message key of their last publication and their last version', async () => {
      const log = current();
      const version = { number: 2 ** 53 - 1, epoch: 'first' };
      await log.append([set('a', 'x', 'one', { key: 'once', version }), set('a', 'y', 'plain')]);
      const termsOf = async () =>
        Object.fromEntries(
          (await storedOf(log, 'a')).map(({ publication, ...terms }) => [publication.entry?.key, terms]),
        );
      expect(await termsOf()).toEqual({ x: { key: 'once', version }, y: {} });
      await log.append([set('a', 'x', 'two')]);
      expect(await termsOf()).toEqual({ x: { version }, y: {} });
      const other = { number: 1, epoch: '' };
      await log.append([set('a', 'x', 'three', { key: 'twice', version: other })]);
      await log.trim('a');
      expect(await termsOf()).toEqual({ x: { key: 'twice', version: other }, y: {} });
      await log.append([removed('a', 'x'), set('a', 'x', 'new')]);
      expect(await termsOf()).toEqual({ x: {}, y: {} });
    });

    test("MA11 have versions of their own: the log does not check them, and they do not affect the channel's", async () => {
      const log = current();
      const at = (number: number) => ({ version: { number, epoch: '' } });
      const batch = [
        set('a', 'x', '5', at(5)),
        set('a', 'x', '4', at(4)),
        append('a', 'plain', at(1)),
        set('a', 'y', '1', at(1)),
      ];
      const outcomes = (await log.append(batch)).map(accepted);
      expect(outcomes.map(({ position, repeated }) => [position.offset, repeated])).toEqual([
        [1, false],
        [2, false],
        [3, false],
        [4, false],
      ]);
      const [stale] = await log.append([append('a', 'plain', at(1))]);
      expect(accepted(stale).repeated).toBe(true);
    });

    test('with similar keys are distinct, and are read in pages of any length', async () => {
      const log = current();
      const keys = [
        'a',
        'A',
        'a ',
        'ä',
        'a\u0308',
        '频',
        '😀',
        '\u{10ffff}',
        '\ue000',
        "'",
        '%',
        '__proto__',
        ' ',
        '0',
      ];
      await log.append(keys.map((key) => set('a', key, key)));
      for (const limit of [1, 2, 5, 100]) {
        const found = (await entriesOf(log, 'a', limit)).map(({ entry }) => entry?.key ?? '');
        expect(found.sort()).toEqual([...keys].sort());
      }
    });

    test('are read in pages bounded by bytes', async () => {
      const log = current();
      const long = 'x'.repeat(PAGE_BYTES / 2);
      await log.append([set('a', '1', long), set('a', '2', long), set('a', '3', long)]);
      expect((await log.entries('a', { limit: 9 })).length).toBeLessThan(3);
      expect(Object.keys(await textsOf(log, 'a', 9))).toEqual(['1', '2', '3']);
    });

    test(`equal the fold of random appends, SEED=${SEED}`, async () => {
      const log = current();
      const random = new Random(SEED);
      const model = new Map<string, string>();
      for (let step = 0; step < 200; step += 1) {
        const batch = Array.from({ length: random.between(0, 4) }, () => {
          const key = `k${random.between(0, 9)}`;
          if (random.chance(0.3)) {
            model.delete(key);
            return removed('a', key);
          }
          model.set(key, String(step));
          return set('a', key, String(step), { retention: { size: 3, ttlMs: 0 } });
        });
        await log.append(batch);
        if (random.chance(0.05)) await log.trim('a');
        if (step % 20 === 0) expect(await textsOf(log, 'a', 3)).toEqual(Object.fromEntries(model));
      }
    });
  });
}
