import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDatabase, migrateDatabase } from './open.ts';
import type { RunMark } from './run-file.ts';
import { beginRun, inspectLastRun } from './runs.ts';
import { Thread, type ThreadEvents } from './thread.ts';

let folder: string;
let file: string;
let mark: RunMark;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-thread-'));
  file = checkDatabase(folder, []);
  const left = inspectLastRun(folder, file);
  migrateDatabase(file, []);
  mark = beginRun(folder, file, left);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const QUIET: ThreadEvents = { onDeath: () => undefined, onFailure: () => undefined };

const query = (sql: string, ...params: readonly unknown[]) =>
  ({ kind: 'query', sql, params: params as never }) as const;

describe('FA9 a database thread', () => {
  test.each(['reader', 'writer'] as const)(
    'FA9 refuses a request that cannot be sent to it, and answers others sent with it (%s)',
    async (open) => {
      const thread = new Thread(open === 'writer' ? { open, file, mark } : { open, file, isSuspect: false }, QUIET);
      const good = open === 'reader' ? query('SELECT 1 AS one') : ({ kind: 'write', statements: [] } as const);
      const bad = query('SELECT ?', Symbol('no value'));
      const asked = await Promise.allSettled([
        thread.ask<never>(good as never),
        thread.ask(bad),
        thread.ask<never>(good as never),
      ]);
      expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      await thread.close();
    },
  );

  test('FA9 continues after more failures than may be in flight', async () => {
    const thread = new Thread({ open: 'reader', file, isSuspect: false }, QUIET);
    for (let round = 0; round < 50; round += 1) {
      const asked = await Promise.allSettled([
        thread.ask(query('SELECT ?', Symbol('no'))),
        thread.ask(query('NO SQL')),
      ]);
      expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
    expect(await thread.ask(query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    await thread.close();
  });

  test('FA9 reads pages again after a read was interrupted in its transaction', async () => {
    const thread = new Thread({ open: 'reader', file, isSuspect: false }, QUIET);
    await thread.ask(query('BEGIN'));
    const page = await thread.ask({ kind: 'read', channel: 'log:a', after: 0, limit: 10, reverse: false });
    expect(page).toMatchObject({ top: 0, rows: [] });
    await thread.close();
  });

  test('FA9 that cannot open its database reports it, and rejects pending requests', async () => {
    const died = Promise.withResolvers<Error>();
    const thread = new Thread(
      { open: 'reader', file: join(folder, 'none', 'banyan.db'), isSuspect: false },
      { ...QUIET, onDeath: died.resolve },
    );
    const asked = thread.ask(query('SELECT 1')).catch((error: Error) => error.message);
    expect(await asked).toContain('the database thread failed');
    expect((await died.promise).message).toContain('the database thread failed');
    expect(thread.ask(query('SELECT 1'))).rejects.toThrow('the database is closed');
  });
});
