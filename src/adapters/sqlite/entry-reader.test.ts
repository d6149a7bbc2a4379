import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../tests/conformance/appends.ts';
import { damageLeaf } from '../../../tests/faults/pages.ts';
import { openDatabase } from './database.ts';
import { DATABASE_FILE } from './open.ts';
import { repairDatabase } from './repair.ts';

const ENTRIES = 600;
/** SQLite's name for the index of a primary key. */
const INDEX = 'sqlite_autoindex_entries_1';
const keyOf = (index: number) => `key-${String(index).padStart(4, '0')}-${'n'.repeat(40)}`;
const KEYS = Array.from({ length: ENTRIES }, (_, index) => keyOf(index));

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-entries-'));
  const { log, close } = open();
  await log.append(KEYS.map((key) => append('map', `of ${key} ${'.'.repeat(100)}`, { entry: { key } })));
  await log.append([append('small', 'one', { entry: { key: 'only' } })]);
  await close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, DATABASE_FILE);
const open = () =>
  openDatabase(folder, [], (error) => {
    throw error;
  });
const repair = () => repairDatabase({ folder, dryRun: false, onProgress: () => undefined });

type Opened = ReturnType<typeof open>;

/** Reads page by page, and checks the content of each entry. */
async function keysOf({ log }: Opened, limit = 100): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const after = keys.at(-1);
    const page = await log.entries('map', { limit, ...(after !== undefined && { after }) });
    if (page.length === 0) return keys;
    for (const { publication } of page) {
      const { entry, data } = publication;
      expect(JSON.parse(data)).toStartWith(`of ${entry?.key} `);
      keys.push(entry?.key ?? '');
    }
  }
}

describe('DA7: around damaged pages of entries', () => {
  test('those on other pages are read, in order, by pages of any length', async () => {
    damageLeaf(file(), 'entries');
    const database = open();
    const keys = await keysOf(database);
    expect(keys.length).toBeGreaterThan(ENTRIES / 2);
    expect(keys.length).toBeLessThan(ENTRIES);
    expect(keys).toEqual(KEYS.filter((key) => keys.includes(key)));
    expect(keys).toContain(keyOf(0));
    expect(keys).toContain(keyOf(ENTRIES - 1));
    expect(await keysOf(database, 3)).toEqual(keys);
    expect(database.damage()).toBeDefined();
    // Other reads and writes continue, and see new data.
    await database.log.append([append('small', 'two', { entry: { key: 'second' } })]);
    expect(await database.log.entries('small', { limit: 9 })).toHaveLength(2);
    expect((await database.log.read('map', { limit: ENTRIES })).publications).toHaveLength(ENTRIES);
    await database.close();
  });

  test('if a page of the index is damaged, those before and after it are read', async () => {
    damageLeaf(file(), INDEX);
    const database = open();
    const keys = await keysOf(database);
    expect(keys.length).toBeGreaterThan(ENTRIES / 2);
    expect(keys.length).toBeLessThan(ENTRIES);
    expect(keys).toEqual(KEYS.filter((key) => keys.includes(key)));
    expect([keys[0], keys.at(-1)]).toEqual([keyOf(0), keyOf(ENTRIES - 1)]);
    await database.close();
  });

  test('a completely unreadable map is an error, not an empty map', async () => {
    damageLeaf(file(), 'entries', 'all');
    const { log, close } = open();
    for (let times = 0; times < 2; times += 1) {
      await expect(log.entries('map', { limit: 9 })).rejects.toThrow('malformed');
    }
    expect(await log.position('map')).toMatchObject({ offset: ENTRIES });
    expect(await log.entries('none', { limit: 9 })).toEqual([]);
    await close();
  });

  test('an entry whose text is damaged inside its page is skipped too', async () => {
    const text = `"of ${keyOf(300)} `;
    const bytes = readFileSync(file());
    let spoilt = 0;
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      bytes.write('x', at, 'latin1');
      spoilt += 1;
    }
    // In its publication and in its entry.
    expect(spoilt).toBe(2);
    writeFileSync(file(), bytes);
    // As after an unclean stop: then rows are verified.
    writeFileSync(`${file()}-wal`, '');
    const database = open();
    const whole = KEYS.filter((key) => key !== keyOf(300));
    expect(await keysOf(database)).toEqual(whole);
    expect(database.damage()).toBeDefined();
    await database.close();
  });
});

describe('DA8: repair of entries', () => {
  test('keeps the readable ones, reports how many, and all of them if only the index is damaged', async () => {
    damageLeaf(file(), 'entries');
    const table = repair().tables.find((each) => each.table === 'entries');
    expect(table?.gaps).toBe(1);
    const database = open();
    const keys = await keysOf(database);
    // One of them belongs to the other map.
    expect(keys).toHaveLength((table?.rows ?? 0) - 1);
    await database.close();
    damageLeaf(file(), INDEX);
    expect(repair().tables.find((each) => each.table === 'entries')).toMatchObject({ gaps: 0, refused: 0 });
    const again = open();
    expect(await keysOf(again)).toEqual(keys);
    expect(again.damage()).toBeUndefined();
    await again.close();
  });

  test('drops an entry whose text is damaged', async () => {
    const bytes = readFileSync(file());
    const text = `"of ${keyOf(300)} `;
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes.write('x', at, 'latin1');
    writeFileSync(file(), bytes);
    expect(repair().tables.find((each) => each.table === 'entries')).toMatchObject({ rows: ENTRIES, refused: 1 });
    const database = open();
    expect(await keysOf(database)).toEqual(KEYS.filter((key) => key !== keyOf(300)));
    await database.close();
  });
});
