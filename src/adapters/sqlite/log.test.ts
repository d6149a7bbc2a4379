import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../tests/conformance/appends.ts';
import { logContract } from '../../../tests/conformance/log.ts';
import { logWritesContract, NOTES_TABLE } from '../../../tests/conformance/log-writes.ts';
import { SQL_TABLES, sqlContract } from '../../../tests/conformance/sql.ts';
import { openDatabase } from './database.ts';

const STEPS = [{ id: 'test-0001', statements: [NOTES_TABLE, ...SQL_TABLES] }];

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-sqlite-'));
  const { log, sql, close } = openDatabase(folder, STEPS, (error) => {
    throw error;
  });
  return {
    log,
    sql,
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

logContract('SQLite', open);
logWritesContract('SQLite', open);
sqlContract('SQLite', open);

test('a burst of reads is answered page by page, not by one large message', async () => {
  const { log, close } = await open();
  await log.append([append('a', 'x'.repeat(500_000)), append('a', 'x'.repeat(500_000))]);
  let answered = 0;
  const reads = Array.from({ length: 100 }, async () => {
    await log.read('a', { limit: 10 });
    answered += 1;
  });
  await Promise.race(reads);
  await new Promise(setImmediate);
  expect(answered).toBeLessThan(50);
  await Promise.all(reads);
  await close();
});

test('AC4: an offset that is already used fails its own append and no other', async () => {
  const { log, sql, close } = await open();
  await log.append([append('spoilt', '1'), append('good', '1')]);
  const spoil = `INSERT INTO publications SELECT id, 2, 0, NULL, '""', NULL, NULL, NULL, NULL FROM channels WHERE name = 'spoilt'`;
  await sql.write([{ sql: spoil, params: [] }]);
  const [spoilt, good] = await Promise.all([
    log.append([append('spoilt', '2'), append('good', '2')]),
    log.append([append('good', '3')]),
  ]);
  expect(spoilt).toMatchObject([{ refused: expect.stringContaining('UNIQUE') }, { position: { offset: 2 } }]);
  expect(good).toMatchObject([{ position: { offset: 3 } }]);
  expect(await log.append([append('good', '4')])).toMatchObject([{ position: { offset: 4 } }]);
  await close();
});

describe('a sweep', () => {
  const brief = { size: 0, ttlMs: 100 };
  const countOf = async ({ sql }: Awaited<ReturnType<typeof open>>) => {
    const [row] = await sql.read({ sql: 'SELECT count(*) AS count FROM publications', params: [] });
    return row?.count;
  };

  test('removes what expired in inactive channels; offsets continue, keys are free', async () => {
    const database = await open();
    const { log } = database;
    await log.append([append('quiet', '1', { time: 1_000, retention: brief, key: 'k' })]);
    await log.append([append('kept', '1', { time: 1_000 }), append('young', '1', { time: 2_000, retention: brief })]);
    await log.sweep(1_099);
    expect(await countOf(database)).toBe(3);
    await log.sweep(1_100);
    expect(await countOf(database)).toBe(2);
    const [again] = await log.append([append('quiet', '2', { time: 2_000, retention: brief, key: 'k' })]);
    expect(again).toMatchObject({ position: { offset: 2 }, repeated: false });
    await log.sweep(1_999);
    expect(await countOf(database)).toBe(3);
    await database.close();
  });

  test('handles a large channel in pieces, between which others write', async () => {
    const database = await open();
    const { log } = database;
    const many = Array.from({ length: 20_000 }, () => append('heavy', 'x', { time: 1_000, retention: brief }));
    await log.append(many);
    const swept = log.sweep(5_000);
    let isSwept = false;
    swept.then(() => {
      isSwept = true;
    });
    await log.append([append('other', 'y')]);
    expect(isSwept).toBe(false);
    await swept;
    expect(await log.read('heavy', { limit: 1 })).toMatchObject({ publications: [], top: { offset: 20_000 } });
    expect(await countOf(database)).toBe(1);
    await database.close();
  });

  test('keeps what was written again after a trim, and what a new setting keeps', async () => {
    const database = await open();
    const { log } = database;
    await log.append([append('a', '1', { time: 1_000, retention: brief })]);
    await log.trim('a');
    await log.append([append('a', '2', { time: 1_000 })]);
    await log.sweep(9_000);
    expect(await countOf(database)).toBe(1);
    await database.close();
  });
});
