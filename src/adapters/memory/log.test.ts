import { describe, expect, test } from 'bun:test';
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
  const log = new MemoryLog('e', { channels: 2 });
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
  const log = new MemoryLog('e', { channels: 2 });
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

describe('a bound in bytes', () => {
  const KIB = 'x'.repeat(1_000);
  const retention = { size: 100, ttlMs: 0 };
  const lengthOf = async (log: MemoryLog, channel: string) =>
    (await log.read(channel, { limit: 1_000 })).publications.length;

  test('holds however many channels are written to; what was written last is there', async () => {
    const log = new MemoryLog('e', { bytes: 100_000 });
    for (let n = 0; n < 2_000; n += 1) {
      await log.append([append(`c${n}`, KIB, { retention })]);
      expect(log.bytes).toBeLessThanOrEqual(100_000);
      expect(await lengthOf(log, `c${n}`)).toBe(1);
    }
    expect(await lengthOf(log, 'c0')).toBe(0);
    expect(await lengthOf(log, 'c1980')).toBe(1);
  });

  test('OR5: forgets the channel that was written to longest ago, which begins anew in a new epoch', async () => {
    const log = new MemoryLog('e', { bytes: 20_000 });
    await log.append([append('old', KIB), append('kept', KIB)]);
    const before = await log.position('old');
    for (let n = 0; n < 30; n += 1) await log.append([append(`c${n}`, KIB), append('kept', 'short')]);
    expect((await log.position('kept')).offset).toBe(31);
    expect((await log.position('old')).epoch).not.toBe(before.epoch);
    const [again] = await log.append([append('old', KIB)]);
    expect(again).toMatchObject({ position: { offset: 1 } });
  });

  test('a channel that is past it alone loses its oldest publications; offsets go on, the newest is always there', async () => {
    const log = new MemoryLog('e', { bytes: 10_000 });
    for (let n = 1; n <= 50; n += 1) await log.append([append('a', KIB)]);
    expect(log.bytes).toBeLessThanOrEqual(10_000);
    const { publications, top } = await log.read('a', { limit: 100 });
    expect(publications.at(-1)?.offset).toBe(50);
    expect(top.offset).toBe(50);
    await log.append([append('a', KIB.repeat(20))]);
    expect((await log.read('a', { limit: 100 })).publications.map(({ offset }) => offset)).toEqual([51]);
  });

  test('what goes is given back: by retention, trim, sweep and being forgotten', async () => {
    const log = new MemoryLog('e', { channels: 2 });
    await log.append([append('a', KIB), append('b', KIB)]);
    await log.trim('a');
    await log.trim('b');
    const twoChannels = log.bytes;
    const one = { size: 1, ttlMs: 10 };
    await log.append([append('a', KIB, { retention: one }), append('a', '', { retention: one, key: 'k' })]);
    log.sweep(Number.MAX_SAFE_INTEGER);
    expect(log.bytes).toBe(twoChannels);
    await log.append([append('a', KIB), append('b', KIB), append('c', KIB), append('d', KIB)]);
    await log.trim('c');
    await log.trim('d');
    expect(log.bytes).toBe(twoChannels);
  });
});
