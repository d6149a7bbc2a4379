import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWatch } from './file-watch.ts';
import { RUN_FILE, RunFile, type RunMark, readRunFile, writeRunFile } from './run-file.ts';
import { NO_WAL, shortfall, UNREADABLE_WAL, WalIndex, walPlaceOf } from './wal-place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MARK: RunMark = {
  run: '0123456789abcdef',
  state: 'open',
  boot: '2f9d7a6c-6b3e-4a54-8a3e-0c5d3f1b2a10',
  wal: { salt: 'fedcba9876543210', frames: 4_294_967_295 },
};

describe('OR7: the run file', () => {
  test('is read as written, and always has the same length', () => {
    writeRunFile(folder, MARK);
    expect(readRunFile(folder)).toEqual({ kind: 'whole', ...MARK });
    const { size } = statSync(join(folder, RUN_FILE));
    const file = new RunFile(folder);
    for (const mark of [
      { ...MARK, wal: NO_WAL },
      { ...MARK, state: 'closing' as const, boot: '-' },
    ]) {
      file.write(mark);
      expect(readRunFile(folder)).toEqual({ kind: 'whole', ...mark });
      expect(statSync(join(folder, RUN_FILE)).size).toBe(size);
    }
    file.close();
  });

  test('with any of its bytes changed, or truncated anywhere, is damaged', () => {
    writeRunFile(folder, MARK);
    const path = join(folder, RUN_FILE);
    const whole = Buffer.from(Bun.mmap(path));
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      expect(readRunFile(folder).kind).toBe('damaged');
      writeFileSync(path, whole.subarray(0, at));
      // The first line alone is what a version before these marks wrote.
      expect(readRunFile(folder).kind).toBe(at === 16 || at === 17 ? 'old' : 'damaged');
    }
  });
});

describe('OR7: the length of the write-ahead log', () => {
  const at = (salt: string, frames: number) => ({ salt, frames });

  test('may exceed what was acknowledged, but not fall short', () => {
    expect(shortfall(at('00000001aaaaaaaa', 10), at('00000001aaaaaaaa', 10))).toBeUndefined();
    expect(shortfall(at('00000001aaaaaaaa', 10), at('00000001aaaaaaaa', 11))).toBeUndefined();
    expect(shortfall(at('00000001aaaaaaaa', 10), at('00000001aaaaaaaa', 9))).toContain('9 of 10');
    expect(shortfall(at('00000001aaaaaaaa', 10), NO_WAL)).toContain('0 of 10');
    expect(shortfall(at('ffffffffaaaaaaaa', 10), UNREADABLE_WAL)).toContain('0 of 10');
  });

  test('is intact if the log restarted since, also past the largest salt; an earlier or later salt is not', () => {
    expect(shortfall(at('00000001aaaaaaaa', 10), at('00000002bbbbbbbb', 0))).toBeUndefined();
    expect(shortfall(at('ffffffffaaaaaaaa', 10), at('00000000bbbbbbbb', 3))).toBeUndefined();
    expect(shortfall(at('00000002aaaaaaaa', 10), at('00000001bbbbbbbb', 30))).toBeDefined();
    expect(shortfall(at('00000001aaaaaaaa', 10), at('00000003bbbbbbbb', 30))).toBeDefined();
  });

  test('equals what SQLite itself reports, before and after a restart of the log', () => {
    const file = join(folder, 'a.db');
    const db = new Database(file, { create: true });
    db.run('PRAGMA journal_mode = WAL');
    db.run('CREATE TABLE a (b)');
    const index = new WalIndex(file);
    const log = () => (db.query('PRAGMA wal_checkpoint(PASSIVE)').get() as { log: number }).log;
    const before = index.read();
    expect(before.frames).toBe(log());
    db.run('INSERT INTO a VALUES (1)');
    const after = index.read();
    expect(Number.parseInt(after.salt.slice(0, 8), 16)).toBe(Number.parseInt(before.salt.slice(0, 8), 16) + 1);
    expect(after.frames).toBe(log());
    expect(index.read().backfilled).toBe(after.frames);
    // As after a crash: no process has it open.
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${join(folder, 'copy.db')}${suffix}`);
    expect(walPlaceOf(join(folder, 'copy.db'))).toEqual({ salt: after.salt, frames: after.frames });
    db.close();
    index.close();
  });
});

describe('DA6: the watch over files', () => {
  const path = () => join(folder, 'file');

  test('lets a file grow', () => {
    writeFileSync(path(), 'a');
    const watch = new FileWatch([{ path: path() }]);
    watch.check();
    writeFileSync(path(), 'abc');
    watch.check();
  });

  test('detects a truncated one, and keeps reporting it after it has grown again', () => {
    writeFileSync(path(), 'abc');
    const watch = new FileWatch([{ path: path() }]);
    writeFileSync(path(), 'a');
    expect(() => watch.check()).toThrow('was cut');
    writeFileSync(path(), 'abcdef');
    expect(() => watch.check()).toThrow('was cut');
  });

  test('detects a missing one, and a replaced one', () => {
    writeFileSync(path(), 'abc');
    writeFileSync(join(folder, 'other'), 'abc');
    const watch = new FileWatch([{ path: path() }]);
    // While it is open, no other file can get its inode.
    const held = openSync(path(), 'r');
    rmSync(path());
    expect(() => watch.check()).toThrow('was removed');
    copyFileSync(join(folder, 'other'), path());
    expect(() => watch.check()).toThrow('was replaced');
    closeSync(held);
  });
});
