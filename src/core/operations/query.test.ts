import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql as raw } from 'kysely';
import { openDatabase, type SqliteDatabase } from '../../adapters/sqlite/database.ts';
import { ASSIGNED_OFFSET } from '../../ports/log.ts';
import { ConstraintError } from '../../ports/sql.ts';
import { assignedOffset, createQuery, prepareStatement, readRows, toStatement, toWrite } from './query.ts';

type Tables = { trees: { id: string; height: number; note: string | null } };

const STEP = {
  id: 'test-0001-trees',
  statements: ['CREATE TABLE trees (id TEXT PRIMARY KEY, height INTEGER NOT NULL, note TEXT)'],
};

describe('Kysely over the Sql port', () => {
  let folder: string;
  let database: SqliteDatabase;
  let query: ReturnType<typeof createQuery<Tables>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-query-'));
    database = openDatabase(folder, [STEP], () => {});
    query = createQuery<Tables>(database.sql);
  });
  beforeEach(async () => {
    await query.deleteFrom('trees').execute();
    await query.insertInto('trees').values({ id: 'fig', height: 30, note: null }).execute();
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  test('selects read, everything else writes and counts the changed rows', async () => {
    const updated = await query.updateTable('trees').set({ height: 31 }).where('id', '=', 'fig').executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    const missed = await query.updateTable('trees').set({ height: 31 }).where('id', '=', 'oak').executeTakeFirst();
    expect(missed.numUpdatedRows).toBe(0n);
    const deleted = await query.deleteFrom('trees').where('id', '=', 'fig').returning('height').execute();
    expect(deleted).toEqual([{ height: 31 }]);
    expect(await query.selectFrom('trees').selectAll().execute()).toEqual([]);
  });

  test('a raw select reads and a raw change writes', async () => {
    await raw`update trees set height = ${40}`.execute(query);
    const { rows } = await raw<{ height: number }>`select height from trees`.execute(query);
    expect(rows).toEqual([{ height: 40 }]);
  });

  test("a violated constraint rejects with the port's error", async () => {
    const again = query.insertInto('trees').values({ id: 'fig', height: 1, note: null }).execute();
    await expect(again).rejects.toBeInstanceOf(ConstraintError);
  });

  test('an open transaction is refused with the alternative', async () => {
    const attempt = query.transaction().execute(async (open) => open.deleteFrom('trees').execute());
    await expect(attempt).rejects.toThrow('sql.write in one call');
    await attempt.catch(() => {});
    expect(await query.selectFrom('trees').select('id').execute()).toHaveLength(1);
  });

  test('built queries commit together through sql.write, or not at all', async () => {
    const grow = toStatement(query.updateTable('trees').set({ height: 99 }));
    const clash = toStatement(query.insertInto('trees').values({ id: 'fig', height: 1, note: null }));
    await expect(database.sql.write([grow, clash])).rejects.toBeInstanceOf(ConstraintError);
    await database.sql.write([grow]).catch(() => {});
    expect(await readRows(database.sql, toStatement(query.selectFrom('trees').select('height')))).toEqual([
      { height: 99 },
    ]);
  });

  test('a prepared statement gets its values by name at each use', async () => {
    const taller = prepareStatement<{ height: number; limit: number }>()((value) =>
      query.selectFrom('trees').select('id').where('height', '>', value('height')).limit(value('limit')),
    );
    expect(await readRows(database.sql, taller({ height: 10, limit: 5 }))).toEqual([{ id: 'fig' }]);
    expect(await readRows(database.sql, taller({ height: 30, limit: 5 }))).toEqual([]);
    expect(taller({ height: 1, limit: 1 }).sql).toBe(taller({ height: 2, limit: 2 }).sql);
  });

  test('a write can contain the offset assigned to its publication', () => {
    const write = toWrite(query.insertInto('trees').values({ id: 'oak', height: assignedOffset, note: null }));
    expect(write.params).toEqual(['oak', ASSIGNED_OFFSET, null]);
  });

  test('an unsupported value is refused before it is sent', () => {
    const wrong = query.updateTable('trees').set({ note: new Date() as unknown as string });
    expect(() => toStatement(wrong)).toThrow(TypeError);
  });
});
