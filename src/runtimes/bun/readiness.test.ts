import { describe, expect, test } from 'bun:test';
import { Readiness } from './readiness.ts';

const said = async (readiness: Readiness) => {
  const response = await readiness.answer();
  return { code: response.status, ...((await response.json()) as { status: string; checks: Record<string, unknown> }) };
};

describe('OB2 readiness', () => {
  test('OB2 is 503 during the start and before a stop', async () => {
    const readiness = new Readiness();
    expect(await said(readiness)).toEqual({ code: 503, status: 'starting', checks: {} });
    readiness.start({ database: async () => undefined });
    expect(await said(readiness)).toMatchObject({ code: 200, status: 'ready', checks: { database: { ok: true } } });
    readiness.drain();
    expect(await said(readiness)).toMatchObject({ code: 503, status: 'draining' });
  });

  test('OB2 is 503 if a dependency fails, or does not respond within a second', async () => {
    const readiness = new Readiness();
    const broken = {
      ok: async () => 1,
      broken: () => Promise.reject(new Error('gone')),
      silent: () => new Promise(() => 0),
    };
    readiness.start(broken);
    const { code, status, checks } = await said(readiness);
    expect([code, status]).toEqual([503, 'failing']);
    const ms = expect.any(Number);
    expect(checks).toEqual({ ok: { ok: true, ms }, broken: { ok: false, ms }, silent: { ok: false, ms } });
  });

  test('OB2 DA7 is 200 and degraded if stored data is damaged, and 503 if a dependency fails as well', async () => {
    const readiness = new Readiness();
    let isWell = true;
    const check = () => (isWell ? Promise.resolve() : Promise.reject(new Error('gone')));
    readiness.start({ check }, () => 'a page is damaged');
    expect(await said(readiness)).toMatchObject({ code: 200, status: 'degraded', damage: 'a page is damaged' });
    isWell = false;
    const later = new Readiness();
    later.start({ check }, () => 'a page is damaged');
    expect(await said(later)).toMatchObject({ code: 503, status: 'failing', damage: 'a page is damaged' });
  });

  test('runs the checks once for concurrent requests', async () => {
    const readiness = new Readiness();
    let looks = 0;
    readiness.start({ database: async () => ++looks });
    await Promise.all(Array.from({ length: 50 }, () => readiness.answer()));
    await readiness.answer();
    expect(looks).toBe(1);
  });
});
