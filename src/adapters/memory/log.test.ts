import { expect, test } from 'bun:test';
import { append } from '../../../tests/conformance/appends.ts';
import { logContract } from '../../../tests/conformance/log.ts';
import { MemoryLog } from './log.ts';

logContract('memory', async () => {
  const log = new MemoryLog('e');
  return { log, close: () => log.close() };
});

test('OR5: two runs of a process have different epochs', async () => {
  expect((await new MemoryLog('x').position('a')).epoch).not.toBe((await new MemoryLog('y').position('a')).epoch);
});

test('OR5: a channel that was forgotten begins anew, in a new epoch', async () => {
  const log = new MemoryLog('e', 2);
  await log.append([append('a', '1'), append('a', '2'), append('b', '1')]);
  const before = await log.position('a');
  await log.append([append('c', '1')]);
  const after = await log.position('a');
  expect(after.offset).toBe(0);
  expect(after.epoch).not.toBe(before.epoch);
  await log.append([append('a', '1')]);
  expect(await log.position('a')).toEqual({ epoch: after.epoch, offset: 1 });
});

test('reading channels that nobody writes to pushes out none that somebody does', async () => {
  const log = new MemoryLog('e', 2);
  await log.append([append('a', '1')]);
  for (let n = 0; n < 10; n += 1) await log.read(`other-${n}`, { limit: 5 });
  for (let n = 0; n < 10; n += 1) await log.position(`other-${n}`);
  expect((await log.read('a', { limit: 5 })).publications).toHaveLength(1);
});

test('what has expired is let go of by a sweep; offsets go on', async () => {
  const log = new MemoryLog('e');
  const retention = { size: 0, ttlMs: 10 };
  await log.append([append('a', '1', { retention, key: 'k' }), append('b', '1')]);
  log.sweep(1_009);
  expect((await log.read('a', { limit: 5 })).publications).toHaveLength(1);
  log.sweep(1_010);
  expect((await log.read('a', { limit: 5 })).publications).toHaveLength(0);
  expect((await log.read('b', { limit: 5 })).publications).toHaveLength(1);
  const [again] = await log.append([append('a', '2', { retention, key: 'k' })]);
  expect(again).toMatchObject({ position: { offset: 2 }, repeated: false });
});
