import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
