import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../tests/conformance/appends.ts';
import { pastDamage } from './damage.ts';
import { openDatabase } from './database.ts';
import { DATABASE_FILE } from './open.ts';

const PAGE = 4_096;
const COUNT = 200;
/** Contained in each publication's text, so that its page can be found. */
const markOf = (offset: number) => `publication ${offset} of `;

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-damage-'));
  const { log, close } = open();
  for (const channel of ['one', 'two']) {
    const texts = Array.from({ length: COUNT }, (_, index) => `"${markOf(index + 1)}${channel} ${'x'.repeat(700)}"`);
    await log.append(texts.map((text) => append(channel, text)));
  }
  await close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () =>
  openDatabase(folder, [], (error) => {
    throw error;
  });

/** Overwrites the page of a publication with invalid data; returns the offsets that were on it. */
function damagePageOf(channel: string, offset: number): number[] {
  const file = join(folder, DATABASE_FILE);
  const bytes = readFileSync(file);
  const at = bytes.indexOf(`${markOf(offset)}${channel}`);
  const from = Math.floor(at / PAGE) * PAGE;
  const page = bytes.subarray(from, from + PAGE).toString('latin1');
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(PAGE, 0xaa), 0, PAGE, from);
  closeSync(descriptor);
  return [...page.matchAll(/publication (\d+) of/g)]
    .map(([, found]) => Number(found))
    .sort((one, other) => one - other);
}

const offsets = (page: { readonly publications: readonly { readonly offset: number }[] }) =>
  page.publications.map(({ offset }) => offset);

describe('DA7: around a damaged page', () => {
  test('pages of history end before it and continue after it, in both directions', async () => {
    const lost = damagePageOf('one', 100);
    expect(lost.length).toBeGreaterThan(1);
    const { log, close, damage } = open();
    const before = await log.read('one', { limit: COUNT });
    expect(before.damaged).toBe(true);
    const behind = await log.read('one', { limit: COUNT, after: before.publications.length });
    const read = [...offsets(before), ...offsets(behind)];
    // The page may contain old copies of rows that have moved to another page.
    const missing = Array.from({ length: COUNT }, (_, index) => index + 1).filter((offset) => !read.includes(offset));
    expect(missing.length).toBeGreaterThan(1);
    expect(lost).toEqual(expect.arrayContaining(missing));
    const back = await log.read('one', { limit: COUNT, after: (missing.at(-1) ?? 0) + 1, reverse: true });
    expect([offsets(back)[0], offsets(back).at(-1)]).toEqual([(missing[0] ?? 0) - 1, 1]);
    expect(offsets(await log.read('two', { limit: COUNT }))).toHaveLength(COUNT);
    expect(damage()).toBeDefined();
    await close();
  });

  test("a page with the channel's end refuses appends, and everything in the same transaction", async () => {
    damagePageOf('two', COUNT);
    const { log, close } = open();
    const [both, other] = await Promise.all([
      log.append([append('two', 'refused'), append('one', 'kept')]),
      log.append([append('one', 'kept too')]),
    ]);
    expect(both).toMatchObject([{ mistake: true }, { position: { offset: COUNT + 1 } }]);
    expect(other).toMatchObject([{ position: { offset: COUNT + 2 } }]);
    // From now on it is refused without trying.
    expect(await log.append([append('two', 'again')])).toMatchObject([{ mistake: true }]);
    const last = await log.read('two', { limit: 10, after: COUNT - 1 });
    expect(last).toMatchObject({ publications: [], damaged: true });
    expect(offsets(await log.read('one', { limit: 9, after: COUNT }))).toEqual([COUNT + 1, COUNT + 2]);
    await close();
  });
});

describe('skipping damage', () => {
  const cases = [
    { damaged: [5, 9], after: 4, top: 20, reverse: false, expected: 9 },
    { damaged: [5, 5], after: 4, top: 6, reverse: false, expected: 5 },
    { damaged: [5, 20], after: 4, top: 20, reverse: false, expected: 20 },
    { damaged: [5, 9], after: 10, top: 20, reverse: true, expected: 5 },
    { damaged: [1, 9], after: 10, top: 20, reverse: true, expected: 1 },
  ] as const;
  for (const { damaged, expected, ...range } of cases) {
    test(`${damaged.join(' to ')}, from ${range.after} ${range.reverse ? 'back' : 'on'}`, () => {
      const [first, last] = damaged;
      // A read from `after` on returns its neighbour first.
      const canRead = (after: number) => {
        const next = range.reverse ? after - 1 : after + 1;
        return next < first || next > last;
      };
      expect(pastDamage(canRead, range)).toBe(expected);
    });
  }
});
