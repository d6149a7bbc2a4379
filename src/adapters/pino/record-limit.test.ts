import { expect, test } from 'bun:test';
import { RecordLimit } from './record-limit.ts';

const FULL = { error: 'Error: database or disk is full\n    at somewhere' };

test('OB10 one failure is logged twenty times a minute, and the next record says how many were left out', () => {
  let now = 0;
  const limit = new RecordLimit(() => now);
  const written = Array.from({ length: 5_000 }, (_, index) =>
    limit.pass('http.failed', { ...FULL, path: `/${index}` }),
  );
  expect(written.filter((fields) => fields !== undefined)).toHaveLength(20);
  expect(limit.pass('http.failed', { error: 'Error: another' })).toEqual({ error: 'Error: another' });
  expect(limit.pass('api.failed', FULL)).toEqual(FULL);
  now = 60_000;
  expect(limit.pass('http.failed', FULL)).toEqual({ ...FULL, left_out: 4_980 });
  expect(limit.pass('http.failed', FULL)).toEqual(FULL);
});

test('OB10 records without an error are all logged', () => {
  const limit = new RecordLimit(() => 0);
  for (let count = 0; count < 100; count += 1) expect(limit.pass('account.registered', { user: 'ann' })).toBeDefined();
});

test('OB10 failures that all differ are forgotten in order, and logged', () => {
  const limit = new RecordLimit(() => 0);
  for (let count = 0; count < 3_000; count += 1) expect(limit.pass('x', { error: String(count) })).toBeDefined();
});
