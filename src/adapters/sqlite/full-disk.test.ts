import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, offsetsOf, texts } from '../../../tests/conformance/appends.ts';
import { rejectionOf } from '../../../tests/conformance/rejection.ts';
import { ConstraintError } from '../../ports/sql.ts';
import { openDatabase, type SqliteDatabase } from './database.ts';

const STEPS = [{ id: 'test-0001', statements: ['CREATE TABLE notes (name TEXT PRIMARY KEY)'] }];
const BIG = 'x'.repeat(200_000);

/** A full disk, as SQLite sees one: the file cannot grow. `ulimit` on a real server: tests/faults/. */
describe('AC4: when the disk is full', () => {
  let folder: string;
  let database: SqliteDatabase;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-full-'));
    database = openDatabase(folder, STEPS, (error) => {
      throw error;
    });
    await database.log.append([append('a', '1'), append('a', '2', { key: 'k' })]);
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const growTo = (pages: number) => database.sql.write([{ sql: `PRAGMA max_page_count = ${pages}`, params: [] }]);
  const fill = () => growTo(1);
  const note = (name: string) => database.sql.write([{ sql: 'INSERT INTO notes VALUES (?)', params: [name] }]);
  const notes = async () => (await database.sql.read({ sql: 'SELECT name FROM notes', params: [] })).length;
  const kept = async () => texts((await database.log.read('a', { limit: 99 })).publications);

  test('an append rejects, stores nothing, and works again once there is room', async () => {
    await fill();
    const error = await rejectionOf(database.log.append([append('a', 'small'), append('a', BIG), append('b', 'b')]));
    expect(error).not.toBeInstanceOf(ConstraintError);
    expect(error.message).toContain('full');
    expect(await kept()).toEqual(['1', '2']);
    expect((await database.log.position('b')).offset).toBe(0);
    await growTo(100_000);
    expect(await offsetsOf(database.log, [append('a', BIG), append('a', 'x', { key: 'k' })])).toEqual([3, 2]);
  });

  test('everything in the failing commit is rejected, and none of it is stored', async () => {
    await fill();
    const calls = [
      note('before'),
      database.log.append([append('a', 'with it')]),
      note(BIG),
      database.log.append([append('a', 'after it')]),
      database.sql.write([{ sql: 'INSERT INTO notes VALUES (?)', params: ['after'] }]),
    ];
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
    expect(outcomes).toEqual(calls.map(() => 'rejected'));
    expect(await kept()).toEqual(['1', '2']);
    expect(await notes()).toBe(0);
    await growTo(100_000);
    expect(await offsetsOf(database.log, [append('a', '3')])).toEqual([3]);
    await note('later');
    expect(await notes()).toBe(1);
  });

  test('writes that do not fit fail together with their publication', async () => {
    await fill();
    const writes = [{ sql: 'INSERT INTO notes VALUES (?)', params: [BIG] }];
    await rejectionOf(database.log.append([append('a', 'x', { writes })]));
    expect(await kept()).toEqual(['1', '2']);
    expect(await notes()).toBe(0);
  });

  test('reads continue', async () => {
    await fill();
    await rejectionOf(database.log.append([append('a', BIG)]));
    expect(await kept()).toEqual(['1', '2']);
    expect((await database.log.position('a')).offset).toBe(2);
  });
});
