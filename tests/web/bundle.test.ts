import { beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureWeb } from '../../tools/setup/web.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WEB = join(ROOT, 'dist/web');
const LIMIT = 250_000;

beforeAll(() => ensureWeb(ROOT, process.execPath), 120_000);

describe('the built web app', () => {
  test('loads at most 250 KB of gzipped JavaScript before it renders', () => {
    const sizes = firstLoad().map((name) => Bun.gzipSync(readFileSync(join(WEB, name))).length);
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(LIMIT);
  });

  test('defers what the first screen does not need', () => {
    const scripts = readdirSync(join(WEB, 'assets')).filter((name) => name.endsWith('.js'));
    const later = scripts.filter((name) => !firstLoad().includes(`assets/${name}`));
    for (const page of ['settings-page', 'console-page']) {
      expect(later.some((name) => name.startsWith(page))).toBe(true);
    }
  });

  test('contains neither the operations’ schemas nor anything of the server, the console or the tests', () => {
    const code = firstLoad().map((name) => readFileSync(join(WEB, name), 'utf8'));
    for (const foreign of [
      'ZodError',
      'bun:sqlite',
      'node:fs',
      'argon2',
      'FDBFactory',
      'u-over',
      'console.reason.slow',
    ]) {
      expect(code.filter((text) => text.includes(foreign))).toEqual([]);
    }
  });

  test('has no inline script: the content policy would refuse it', () => {
    const page = readFileSync(join(WEB, 'index.html'), 'utf8');
    expect(page.match(/<script(?![^>]*\bsrc=)/g)).toBeNull();
    expect(page.match(/\son[a-z]+=/g)).toBeNull();
  });
});

/** The scripts of index.html, and everything they import statically. */
function firstLoad(): readonly string[] {
  const page = readFileSync(join(WEB, 'index.html'), 'utf8');
  const named = [...page.matchAll(/<(?:script|link rel="modulepreload")[^>]*(?:src|href)="\/([^"]+\.js)"/g)];
  const found = new Set(named.map(([, name]) => name ?? ''));
  // Iterating a set also visits items added meanwhile.
  for (const name of found) {
    const code = readFileSync(join(WEB, name), 'utf8');
    for (const [, imported] of code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g))
      found.add(`assets/${imported}`);
  }
  return [...found];
}
