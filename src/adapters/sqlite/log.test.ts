import { expect, test } from 'bun:test';
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

test('a burst of reads is answered page by page, not by one heap of pages', async () => {
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

test('AC4: an offset that is taken, whyever, fails its own append and no other', async () => {
  const { log, sql, close } = await open();
  await log.append([append('spoilt', '1'), append('good', '1')]);
  const spoil = `INSERT INTO publications SELECT id, 2, 0, NULL, '""', NULL, NULL, NULL FROM channels WHERE name = 'spoilt'`;
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
