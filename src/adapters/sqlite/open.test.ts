import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { append } from '../../../tests/conformance/appends.ts';
import { openDatabase } from './database.ts';
import { DATABASE_FILE, DataFolderError, lockFolder, type SchemaStep } from './open.ts';

const FIRST_SCHEMA = fileURLToPath(new URL('../../../tests/fixtures/database-0001', import.meta.url));
const BIRDS: SchemaStep = { id: 'birds-0001', statements: ['CREATE TABLE birds (name TEXT PRIMARY KEY)'] };
const WINGS: SchemaStep = {
  id: 'birds-0002',
  statements: [
    'ALTER TABLE birds ADD COLUMN wings INTEGER NOT NULL DEFAULT 2',
    `INSERT INTO birds (name) VALUES ('kite')`,
  ],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (steps: readonly SchemaStep[] = []) =>
  openDatabase(folder, steps, (error) => {
    throw error;
  });

/** Every file of the folder with its bytes. */
function snapshot(): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(paths.map((path) => [path, readFileSync(path).toString('base64')]));
}

function failure(steps: readonly SchemaStep[] = []): DataFolderError {
  try {
    open(steps);
  } catch (error) {
    if (error instanceof DataFolderError) return error;
    throw error;
  }
  throw new Error('the folder was opened');
}

describe('DA1: the schema', () => {
  test('is created in an empty folder, which is created too, for its user only', async () => {
    folder = join(folder, 'a', 'b');
    const { sql, close } = open([BIRDS, WINGS]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await sql.read({ sql: 'SELECT * FROM birds', params: [] })).toEqual([{ name: 'kite', wings: 2 }]);
    await close();
  });

  test('is migrated by the new steps, each once', async () => {
    await open([BIRDS]).close();
    for (let start = 0; start < 2; start += 1) {
      const { sql, close } = open([BIRDS, WINGS]);
      expect(await sql.read({ sql: 'SELECT * FROM birds', params: [] })).toEqual([{ name: 'kite', wings: 2 }]);
      await close();
    }
  });

  test('of the first released version is migrated with all its data, epoch and keys', async () => {
    cpSync(FIRST_SCHEMA, folder, { recursive: true });
    const { log, sql, close } = open([BIRDS, WINGS]);
    const page = await log.read('log:old', { limit: 10 });
    expect(page.top).toEqual({ epoch: 'b40a1a75', offset: 4, floor: 1 });
    expect(page.publications.map(({ offset, data }) => [offset, data])).toEqual([
      [2, '"two"'],
      [3, '"three"'],
      [4, '{"n":12345678901234567890}'],
    ]);
    expect(page.publications[1]).toMatchObject({ info: { user: 'u', client: 'c' }, tags: { kind: 'old' } });
    const outcomes = await log.append([append('log:old', 'again', { key: 'k3' }), append('log:old', 'five')]);
    expect(outcomes).toMatchObject([{ position: { offset: 3 }, repeated: true }, { position: { offset: 5 } }]);
    expect(await sql.read({ sql: 'SELECT name FROM birds', params: [] })).toEqual([{ name: 'kite' }]);
    await close();
  });

  test('of a newer version is refused, and nothing is changed', async () => {
    await open([BIRDS, WINGS]).close();
    rmSync(join(folder, 'banyan.lock'));
    const before = snapshot();
    const error = failure([BIRDS]);
    expect(error.message).toContain('newer version');
    expect(error.message).toContain('birds-0002');
    expect(error.message).not.toContain('\n');
    const after = snapshot();
    after.delete(join(folder, 'banyan.lock'));
    expect(after).toEqual(before);
  });

  test('of a newer version with a WAL after a crash is refused too, and keeps its data', async () => {
    await crashed([BIRDS, WINGS]);
    expect(failure([BIRDS]).message).toContain('newer version');
    const { log, close } = open([BIRDS, WINGS]);
    expect((await log.position('a')).offset).toBe(1);
    await close();
  });

  test('a failing step changes nothing, and the next start tries it again', async () => {
    await open([BIRDS]).close();
    const half: SchemaStep = { id: 'half', statements: ['DELETE FROM birds', 'CREATE TABLE half (a)', 'NONSENSE'] };
    expect(() => open([BIRDS, half])).toThrow('NONSENSE');
    const { sql, close } = open([BIRDS, WINGS]);
    expect(await sql.read({ sql: `SELECT name FROM sqlite_master WHERE name = 'half'`, params: [] })).toEqual([]);
    await close();
  });

  test('an unreadable file: one line, nothing changed', () => {
    writeFileSync(
      join(folder, DATABASE_FILE),
      'this is no database, and long enough to have a header of a hundred bytes. '.repeat(3),
    );
    const before = readFileSync(join(folder, DATABASE_FILE));
    const { message } = failure();
    expect(message).toContain('not a Banyan database');
    expect(message).not.toContain('\n');
    expect(readFileSync(join(folder, DATABASE_FILE))).toEqual(before);
  });
});

/** Leaves the folder like a killed process does: data in the WAL, no clean stop. */
async function crashed(steps: readonly SchemaStep[]): Promise<void> {
  const script = `
    import { openDatabase } from ${JSON.stringify(fileURLToPath(new URL('./database.ts', import.meta.url)))};
    const { log } = openDatabase(process.env.FOLDER, JSON.parse(process.env.STEPS), () => {});
    await log.append([{ channel: 'a', data: '1', time: 1, retention: { size: 0, ttlMs: 0 } }]);
    console.log('appended');
    await Bun.sleep(60_000);`;
  const child = Bun.spawn([process.execPath, '-e', script], {
    env: { ...process.env, FOLDER: folder, STEPS: JSON.stringify(steps) },
    stdout: 'pipe',
  });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe('appended\n');
  expect(() => lockFolder(folder)).toThrow('in use by another Banyan');
  child.kill('SIGKILL');
  await child.exited;
}

describe('DA2: the lock', () => {
  test('refuses a second open, until the first one closes', async () => {
    const first = open();
    const { message } = failure();
    expect(message).toBe(`data folder ${folder} is in use by another Banyan`);
    await first.close();
    await open().close();
  });

  test('of another process is respected, and freed by its SIGKILL; its acked data is stored', async () => {
    await crashed([]);
    const { log, close } = open();
    expect((await log.read('a', { limit: 9 })).publications.map(({ data }) => data)).toEqual(['1']);
    await close();
  });

  test('a folder that cannot be created: one line', () => {
    writeFileSync(join(folder, 'file'), '');
    folder = join(folder, 'file', 'below');
    const { message } = failure();
    folder = dirname(dirname(folder));
    expect(message).toContain('cannot be written');
    expect(message).not.toContain('\n');
  });

  test('a failed start releases it', async () => {
    await open([BIRDS]).close();
    failure();
    await open([BIRDS]).close();
  });
});

describe('the file', () => {
  test('OR5: keeps epoch and offsets over restarts', async () => {
    const first = open();
    await first.log.append([append('a', '1'), append('a', '2', { key: 'k' })]);
    const { epoch, offset } = await first.log.position('a');
    await first.close();
    const second = open();
    expect(await second.log.position('a')).toEqual({ epoch, offset, floor: 0 });
    const outcomes = await second.log.append([append('a', 'x', { key: 'k' }), append('a', '3')]);
    expect(outcomes).toMatchObject([
      { position: { epoch, offset }, repeated: true },
      { position: { offset: 3 }, repeated: false },
    ]);
    await second.close();
  });

  test('AC1: is written with WAL and synchronous=FULL', async () => {
    const { sql, close } = open();
    const pragma = async (name: string) =>
      Object.values((await sql.write([{ sql: `PRAGMA ${name}`, params: [] }]))[0]?.rows[0] ?? {});
    expect(await pragma('synchronous')).toEqual([2]);
    expect(await pragma('journal_mode')).toEqual(['wal']);
    await close();
  });

  test('is released by close: the WAL is checkpointed, and nothing holds it open', async () => {
    const { log, close } = open([BIRDS]);
    await log.append([append('a', '1')]);
    await log.read('a', { limit: 1 });
    await close();
    expect(readdirSync(folder)).not.toContain(`${DATABASE_FILE}-wal`);
    expect(readdirSync(folder)).not.toContain(`${DATABASE_FILE}-shm`);
  });

  test('accepts one batch for 30,000 channels, and continues with each', async () => {
    const { log, close } = open();
    const batch = Array.from({ length: 30_000 }, (_, n) => append(`channel-${n}`, 'x'));
    await log.append(batch);
    const [first, last] = await log.append([append('channel-0', 'y'), append('channel-29999', 'y')]);
    expect([first, last]).toMatchObject([{ position: { offset: 2 } }, { position: { offset: 2 } }]);
    await close();
  });

  test('close waits for pending requests', async () => {
    const { log, close } = open();
    const calls = Array.from({ length: 100 }, (_, n) => log.append([append('a', String(n))]));
    await close();
    expect(await Promise.all(calls)).toHaveLength(100);
    const db = new Database(join(folder, DATABASE_FILE));
    expect(db.query('SELECT count(*) AS count FROM publications').get()).toEqual({ count: 100 });
    db.close();
  });
});

describe('OR5: a database from elsewhere', () => {
  const epochOf = async () => {
    const { log, close, newEpoch } = open();
    const { epoch } = await log.position('a');
    await close();
    return { epoch, why: newEpoch?.why };
  };
  const database = () => join(folder, DATABASE_FILE);
  const backup = () => join(folder, 'backup.db');

  test('that the last run left keeps its epoch: also after a crash', async () => {
    const { epoch } = await epochOf();
    await crashed([]);
    expect(await epochOf()).toEqual({ epoch, why: undefined });
    expect(await epochOf()).toEqual({ epoch, why: undefined });
  });

  test('a backup of an earlier run copied over the file begins a new epoch, once', async () => {
    const { epoch } = await epochOf();
    copyFileSync(database(), backup());
    await epochOf();
    copyFileSync(backup(), database());
    const restored = await epochOf();
    expect(restored.why).toBe('restored');
    expect(restored.epoch).not.toBe(epoch);
    expect(await epochOf()).toEqual({ ...restored, why: undefined });
  });

  test('so does a backup taken during the last run', async () => {
    const { log, close } = open();
    await log.append([append('a', '1')]);
    const { epoch } = await log.position('a');
    const live = new Database(database());
    live.run(`VACUUM INTO '${backup()}'`);
    live.close();
    await log.append([append('a', '2')]);
    await close();
    copyFileSync(backup(), database());
    const again = open();
    expect(again.newEpoch?.why).toBe('restored');
    expect((await again.log.position('a')).epoch).not.toBe(epoch);
    expect(await again.log.append([append('a', 'other')])).toMatchObject([{ position: { offset: 2 } }]);
    await again.close();
  });

  test('so does a copy of the whole folder', async () => {
    const { epoch } = await epochOf();
    const original = folder;
    folder = `${original}-copy`;
    cpSync(original, folder, { recursive: true });
    const copied = await epochOf();
    rmSync(original, { recursive: true });
    expect(copied.why).toBe('restored');
    expect(copied.epoch).not.toBe(epoch);
  });
});

describe('DA9: files of another type', () => {
  const names = ['banyan.db', 'banyan.db-wal', 'banyan.db-shm', 'banyan.run', 'banyan.lock', 'banyan.lock-journal'];

  test.each(names)('%s as a directory is refused by name', (name) => {
    mkdirSync(join(folder, name));
    expect(failure().message).toStartWith(`${join(folder, name)} is a directory, and must be a plain file`);
  });

  test.each(names)('%s as a link is refused, and nothing is written through it', async (name) => {
    await open().close();
    const outside = `${folder}-outside`;
    writeFileSync(outside, 'not ours');
    rmSync(join(folder, name), { force: true });
    symlinkSync(outside, join(folder, name));
    expect(failure().message).toStartWith(`${join(folder, name)} is a symbolic link`);
    expect(readFileSync(outside, 'utf8')).toBe('not ours');
    rmSync(outside);
  });

  test('a dangling link is refused, and creates no file elsewhere', () => {
    symlinkSync(`${folder}-nowhere`, join(folder, 'banyan.run'));
    expect(failure().message).toContain('is a symbolic link');
    expect(existsSync(`${folder}-nowhere`)).toBe(false);
  });

  test('a damaged lock file is reported by name', () => {
    writeFileSync(join(folder, 'banyan.lock'), 'x'.repeat(5_000));
    expect(failure().message).toBe(`${join(folder, 'banyan.lock')} is damaged; remove it, it contains no data`);
  });
});
