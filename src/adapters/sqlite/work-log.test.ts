import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workLogContract } from '../../../tests/conformance/work-log.ts';
import type { Statement } from '../../ports/sql.ts';
import { openDatabase } from './database.ts';
import { SqliteWorkLog } from './work-log.ts';

function opened(folder: string) {
  const { sql, close } = openDatabase(folder, [], (error) => {
    throw error;
  });
  return { log: new SqliteWorkLog(sql), sql, close };
}

workLogContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-work-'));
  const { log, close } = opened(folder);
  return { log, close: () => close().then(() => rmSync(folder, { recursive: true })) };
});

test('work is available again after a restart, without leases', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-work-'));
  const first = opened(folder);
  await first.log.add([{ queue: 'q', lane: 'a', time: 0, data: '1' }]);
  const lease = { queue: 'q', now: 0, until: 60_000, limit: 1 };
  expect((await first.log.lease(lease)).works).toHaveLength(1);
  await first.close();
  const second = opened(folder);
  expect((await second.log.lease(lease)).works).toMatchObject([{ data: '1', attempts: 0 }]);
  await second.close();
  rmSync(folder, { recursive: true });
});

test('looking for work reads the first of each lane, however much is queued behind it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-work-'));
  const { sql, close } = opened(folder);
  const asked: Statement[] = [];
  const read = (statement: Statement) => {
    asked.push(statement);
    return sql.read(statement);
  };
  await new SqliteWorkLog({ ...sql, read }).lease({ queue: 'q', now: 0, until: 1, limit: 1 });
  const [heads] = asked as [Statement];
  const plan = await sql.read({ sql: `EXPLAIN QUERY PLAN ${heads.sql}`, params: heads.params });
  const steps = plan.map(({ detail }) => String(detail));
  expect(steps.filter((step) => step.startsWith('SCAN works'))).toEqual([]);
  expect(steps).toContain('SEARCH works USING INDEX works_waiting (queue=? AND lane>?)');
  await close();
  rmSync(folder, { recursive: true });
});
