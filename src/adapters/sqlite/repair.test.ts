import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../tests/conformance/appends.ts';
import { damageLeaf } from '../../../tests/faults/pages.ts';
import { openDatabase } from './database.ts';
import { DATABASE_FILE, DataFolderError } from './open.ts';
import { type RepairReport, repairDatabase } from './repair.ts';

const NOTES = 500;
const CHANNELS = 400;
const STEPS = [
  {
    id: 'notes-0001',
    statements: [
      'CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL)',
      'CREATE INDEX notes_text ON notes (text)',
    ],
  },
];

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-repair-'));
  const { log, sql, close } = open();
  await sql.write(
    Array.from({ length: NOTES }, (_, index) => ({
      sql: 'INSERT INTO notes (name, text) VALUES (?, ?)',
      params: [`note ${index}`, `text of note ${index} ${'.'.repeat(60)}`],
    })),
  );
  await log.append(Array.from({ length: CHANNELS }, (_, index) => append(channelOf(index), `first of ${index}`)));
  await close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const channelOf = (index: number) => `channel-${index}-${'n'.repeat(30)}`;
const file = () => join(folder, DATABASE_FILE);
const open = () =>
  openDatabase(folder, STEPS, (error) => {
    throw error;
  });
const repair = (dryRun = false): RepairReport => repairDatabase({ folder, dryRun, onProgress: () => undefined });

const damageLeafOf = (name: string) => damageLeaf(file(), name);

describe('DA8: repair', () => {
  test('recovers rows of a table around a damaged page', async () => {
    damageLeafOf('notes');
    const report = repair();
    const notes = report.tables.find(({ table }) => table === 'notes');
    expect(notes).toMatchObject({ gaps: 1, refused: 0 });
    expect(notes?.rows).toBeGreaterThan(NOTES * 0.8);
    expect(report.channels).toEqual([]);
    const { sql, close, newEpoch } = open();
    const rows = await sql.read({ sql: 'SELECT name, text FROM notes ORDER BY rowid', params: [] });
    expect(rows).toHaveLength(notes?.rows ?? 0);
    for (const { name, text } of rows) expect(text).toStartWith(`text of ${name} `);
    expect(newEpoch?.why).toBe('restored');
    await close();
  });

  test('loses nothing if only an index is damaged', async () => {
    damageLeafOf('notes_text');
    const report = repair();
    expect(report.problems.length).toBeGreaterThan(0);
    expect(report.tables.every(({ gaps, refused }) => gaps + refused === 0)).toBe(true);
    const { sql, close } = open();
    const [row] = await sql.read({
      sql: 'SELECT count(*) AS count FROM notes INDEXED BY notes_text WHERE text > ?',
      params: [''],
    });
    expect(row?.count).toBe(NOTES);
    await close();
  });

  test('finds channels known only to the index by name', async () => {
    damageLeafOf('channels');
    const report = repair();
    expect(report.channels).toEqual([]);
    expect(report.publications).toBe(CHANNELS);
    const { log, close } = open();
    for (let index = 0; index < CHANNELS; index += 1) {
      const page = await log.read(channelOf(index), { limit: 2 });
      expect(page).toMatchObject({ publications: [{ offset: 1, data: `"first of ${index}"` }], top: { offset: 1 } });
    }
    await close();
  });

  test('a dry run changes nothing', () => {
    damageLeafOf('publications');
    const before = readFileSync(file());
    const names = readdirSync(folder);
    const report = repair(true);
    expect(report.keptAs).toBeUndefined();
    expect(report.channels.length).toBeGreaterThan(0);
    expect(readFileSync(file()).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(names);
  });

  test('is refused in one line without a database, and for a file that is not one', () => {
    writeFile(Buffer.from('this is no database, and long enough to have a header of a hundred bytes. '.repeat(3)));
    expect(() => repair()).toThrow(DataFolderError);
    rmSync(file());
    rmSync(join(folder, 'banyan.run'));
    expect(() => repair()).toThrow('there is no');
  });

  function writeFile(bytes: Buffer): void {
    rmSync(file());
    const descriptor = openSync(file(), 'w');
    writeSync(descriptor, bytes);
    closeSync(descriptor);
  }
});
