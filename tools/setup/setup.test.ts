import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBun } from './bun.mjs';
import { packagesAreCurrent } from './packages.mjs';
import { webIsCurrent, writeStamp } from './web.mjs';

let root: string;

beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), 'banyan-setup-'))}/`;
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

/** A program that ends with this code, as large as a real one. */
function program(path: string, code: number): string {
  const full = write(path, `#!/bin/sh\nexit ${code}\n${'#'.repeat(1_100_000)}\n`);
  chmodSync(full, 0o755);
  return full;
}

describe('finding Bun', () => {
  const PLACED = 'node_modules/bun/bin/bun.exe';

  test('in the place of its install script', () => {
    const placed = program(PLACED, 0);
    expect(findBun(root)).toBe(placed);
  });

  test('in the place where npm unpacked it, if no install script ran', () => {
    program('node_modules/@oven/bun-linux-x64/bin/bun', 0);
    const placed = write(PLACED, 'echo "postinstall script was not run"');
    expect(findBun(root)).toBe(placed);
    expect(Bun.file(placed).size).toBeGreaterThan(1_000_000);
  });

  test('among builds for several C libraries, the one that runs', () => {
    program('node_modules/@oven/bun-linux-x64/bin/bun', 127);
    program('node_modules/@oven/bun-linux-x64-musl/bin/bun', 0);
    mkdirSync(join(root, 'node_modules/bun/bin'), { recursive: true });
    expect(Bun.spawnSync([findBun(root)]).exitCode).toBe(0);
  });

  test('missing: one line says what to do', () => {
    expect(() => findBun(root)).toThrow(/^there is no build of Bun for this machine \([^\n]+$/);
    program('node_modules/@oven/bun-linux-x64/bin/bun', 127);
    program('node_modules/@oven/bun-linux-x64-musl/bin/bun', 127);
    expect(() => findBun(root)).toThrow(/^no installed build of Bun runs on this machine \([^\n]+$/);
  });
});

describe('installed packages', () => {
  const LOCK = {
    '': {},
    a: { version: '1.0.0' },
    b: { version: '1.0.0', dev: true },
    c: { version: '1.0.0', optional: true },
  };
  const current = (installed: unknown, dev = true) => {
    write('package-lock.json', JSON.stringify({ packages: LOCK }));
    if (installed !== undefined) write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
    return packagesAreCurrent(root, dev);
  };
  const one = { version: '1.0.0' };

  test('are current if each has its version, except those of other platforms', () => {
    expect(current({ a: one, b: one, c: one })).toBe(true);
    expect(current({ a: one, b: one })).toBe(true);
  });

  test('are not if one is missing or has another version, or an installation was interrupted', () => {
    expect(current({ b: one })).toBe(false);
    expect(current({ a: { version: '1.0.1' }, b: one })).toBe(false);
    expect(current({ a: one, b: one, c: { version: '2.0.0' } })).toBe(false);
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(current(undefined)).toBe(false);
  });

  test('for building only count only if something is to be built', () => {
    expect(current({ a: one }, true)).toBe(false);
    expect(current({ a: one }, false)).toBe(true);
  });
});

describe('the built web app', () => {
  beforeEach(() => {
    write('src/web/main.tsx', 'one');
    write('src/web/main.test.tsx', 'test');
    write('dist/web/index.html', '');
    writeStamp(root);
  });

  test('is current until a source changes, is added or removed', () => {
    expect(webIsCurrent(root)).toBe(true);
    utimesSync(join(root, 'src/web/main.tsx'), 1, 1);
    write('src/web/main.test.tsx', 'another test');
    write('src/adapters/new.ts', 'server');
    expect(webIsCurrent(root)).toBe(true);
    write('src/web/main.tsx', 'two');
    expect(webIsCurrent(root)).toBe(false);
    writeStamp(root);
    write('src/features/chat/web/room.tsx', '');
    expect(webIsCurrent(root)).toBe(false);
  });

  test('is not if it is missing', () => {
    rmSync(join(root, 'dist/web'), { recursive: true });
    expect(webIsCurrent(root)).toBe(false);
    expect(existsSync(join(root, 'dist/web.sources'))).toBe(true);
  });
});
