import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../tests/conformance/appends.ts';
import { Checkpoints } from './checkpoints.ts';
import { openDatabase, type SqliteDatabase } from './database.ts';
import { DATABASE_FILE } from './open.ts';
import { WalIndex } from './wal-place.ts';

const FRAMES = 40;
const TEXT = 'x'.repeat(4_000);

let folder: string;
let database: SqliteDatabase;
/** Replaces the writer's connection, which tests cannot access. */
let own: Database;
let index: WalIndex;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-checkpoints-'));
  database = openDatabase(folder, [], (error) => {
    throw error;
  });
  await database.log.append([append('busy', 'the log is there')]);
  own = new Database(file(), { readwrite: true });
});
afterEach(async () => {
  own.close();
  await database.close();
  index.close();
  rmSync(folder, { recursive: true });
});

const file = () => join(folder, DATABASE_FILE);

/** Publishes until the condition holds. */
async function publishUntil(isSo: () => boolean): Promise<void> {
  for (let count = 0; !isSo(); count += 1) await database.log.append([append('busy', `${count}${TEXT}`)]);
}

/** The test's checkpoints, which begin much earlier than the database's. */
function checkpoints() {
  const deaths: string[] = [];
  const made = new Checkpoints({
    ...{ file: file(), frames: FRAMES },
    finish: async () => own.run('PRAGMA wal_checkpoint(PASSIVE)'),
    onFailure: () => undefined,
    onDeath: (error) => deaths.push(error),
  });
  return { made, deaths };
}

describe('DA5: checkpoints', () => {
  test('keep the log short during continuous publishing', async () => {
    const { made } = checkpoints();
    index = new WalIndex(file());
    const salts = new Set<string>();
    // Each new salt is a restarted log.
    await publishUntil(() => salts.add(index.read().salt).size > 4);
    expect(statSync(`${file()}-wal`).size).toBeLessThan(200 * 1024 * 1024);
    await made.close();
  }, 60_000);

  test('continue after their thread died: it is detected, and replaced', async () => {
    const { made, deaths } = checkpoints();
    index = new WalIndex(file());
    await publishUntil(() => index.read().backfilled > 0);
    made.kill();
    await publishUntil(() => deaths.length > 0);
    const { salt } = index.read();
    await publishUntil(() => index.read().salt !== salt);
    expect(deaths).toHaveLength(1);
    await made.close();
  }, 60_000);
});
