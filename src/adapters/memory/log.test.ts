import { describe, expect, test } from 'bun:test';
import { append } from '../../../tests/conformance/appends.ts';
import { logContract } from '../../../tests/conformance/log.ts';
import type { Append } from '../../ports/log.ts';
import { MemoryLog } from './log.ts';

logContract('memory', async () => {
  const log = new MemoryLog('e');
  return { log, close: () => log.close() };
});

logContract('memory, packed as soon as another channel is written to', async () => {
  const log = new MemoryLog('e', { busy: 1 });
  return { log, close: () => log.close() };
});

test('OR5: two runs of a process have different epochs', async () => {
  expect((await new MemoryLog('x').position('a')).epoch).not.toBe((await new MemoryLog('y').position('a')).epoch);
});

test('OR5: an evicted channel starts again in a new epoch', async () => {
  const log = new MemoryLog('e', { channels: 2 });
  await log.append([append('a', '1'), append('a', '2'), append('b', '1')]);
  const before = await log.position('a');
  await log.append([append('c', '1')]);
  const after = await log.position('a');
  expect(after.offset).toBe(0);
  expect(after.epoch).not.toBe(before.epoch);
  await log.append([append('a', '1')]);
  expect(await log.position('a')).toEqual({ epoch: after.epoch, offset: 1, floor: 0 });
});

test('reading missing channels evicts no existing ones', async () => {
  const log = new MemoryLog('e', { channels: 2 });
  await log.append([append('a', '1')]);
  for (let n = 0; n < 10; n += 1) await log.read(`other-${n}`, { limit: 5 });
  for (let n = 0; n < 10; n += 1) await log.position(`other-${n}`);
  expect((await log.read('a', { limit: 5 })).publications).toHaveLength(1);
});

test('a sweep removes expired publications; offsets continue', async () => {
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

describe('a byte limit', () => {
  const KIB = 'x'.repeat(1_000);
  const retention = { size: 100, ttlMs: 0 };
  const lengthOf = async (log: MemoryLog, channel: string) =>
    (await log.read(channel, { limit: 1_000 })).publications.length;

  test('holds for any number of channels; the last writes are kept', async () => {
    const log = new MemoryLog('e', { bytes: 100_000 });
    for (let n = 0; n < 2_000; n += 1) {
      await log.append([append(`c${n}`, KIB, { retention })]);
      expect(log.bytes).toBeLessThanOrEqual(100_000);
      expect(await lengthOf(log, `c${n}`)).toBe(1);
    }
    expect(await lengthOf(log, 'c0')).toBe(0);
    expect(await lengthOf(log, 'c1980')).toBe(1);
  });

  test('OR5: evicts the least recently written channel, which starts again in a new epoch', async () => {
    const log = new MemoryLog('e', { bytes: 20_000 });
    await log.append([append('old', KIB), append('kept', KIB)]);
    const before = await log.position('old');
    for (let n = 0; n < 30; n += 1) await log.append([append(`c${n}`, KIB), append('kept', 'short')]);
    expect((await log.position('kept')).offset).toBe(31);
    expect((await log.position('old')).epoch).not.toBe(before.epoch);
    const [again] = await log.append([append('old', KIB)]);
    expect(again).toMatchObject({ position: { offset: 1 } });
  });

  test('makes a channel that exceeds it alone lose its oldest publications; offsets continue, the newest is kept', async () => {
    const log = new MemoryLog('e', { bytes: 10_000 });
    for (let n = 1; n <= 50; n += 1) await log.append([append('a', KIB)]);
    expect(log.bytes).toBeLessThanOrEqual(10_000);
    const { publications, top } = await log.read('a', { limit: 100 });
    expect(publications.at(-1)?.offset).toBe(50);
    expect(top.offset).toBe(50);
    await log.append([append('a', KIB.repeat(20))]);
    expect((await log.read('a', { limit: 100 })).publications.map(({ offset }) => offset)).toEqual([51]);
  });

  test('counts removed data as free: by retention, trim, sweep and eviction', async () => {
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

describe('many channels, most of them packed', () => {
  const retention = { size: 5, ttlMs: 1_000 };
  const info = { user: 'u', client: 'c', connInfo: '{"name":"汉"}' };
  const more = { retention, key: 'k', info, tags: { a: 'b' }, entry: { key: 'e' }, except: 'c' } as const;

  test('are read and written like unpacked ones', async () => {
    const log = new MemoryLog('e', { busy: 2 });
    for (let n = 0; n < 5_000; n += 1) await log.append([append(`c${n}`, `text ${n}`, { ...more, time: n })]);
    for (let n = 0; n < 5_000; n += 7) {
      const { publications, top } = await log.read(`c${n}`, { limit: 5 });
      const { info, tags, entry, except } = more;
      const said = { offset: 1, time: n, data: `"text ${n}"`, info, tags, entry, except };
      expect([publications, top]).toEqual([[said], { epoch: 'e0', offset: 1, floor: 0 }]);
      const [again, next] = await log.append([append(`c${n}`, 'again', more), append(`c${n}`, 'next')]);
      expect([again, next]).toMatchObject([{ repeated: true, time: n }, { position: { offset: 2 } }]);
    }
    expect((await log.position('c5000')).offset).toBe(0);
  });

  test.each<Partial<Append>>([
    {},
    { info: { user: '', client: 'c' } },
    { info: { user: 'u', client: '', connInfo: '""' } },
    { info: { user: 'u', client: 'c', chanInfo: '0' }, except: '' },
    { key: '', tags: {} },
    { entry: { key: '', removed: true } },
    { except: 'c', info: { user: '', client: '', connInfo: '1', chanInfo: '{}' } },
  ])('keep all fields of a publication: %j', async (said) => {
    const [busy, packed] = [new MemoryLog('e'), new MemoryLog('e', { busy: 1 })];
    for (const log of [busy, packed])
      await log.append([append('a', '\ud800"\n', said), append('a', '2'), append('b', '1')]);
    expect(await packed.read('a', { limit: 5 })).toStrictEqual(await busy.read('a', { limit: 5 }));
  });

  test('are swept: expired data is freed, offsets continue', async () => {
    const log = new MemoryLog('e', { busy: 2 });
    for (let n = 0; n < 3_000; n += 1) await log.append([append(`c${n}`, 'x'.repeat(500), { retention, time: n })]);
    const before = log.bytes;
    log.sweep(2_500);
    expect((await log.read('c1501', { limit: 5 })).publications).toHaveLength(1);
    expect((await log.read('c1500', { limit: 5 })).publications).toHaveLength(0);
    expect(before - log.bytes).toBeGreaterThan(1_500 * 500);
    expect((await log.append([append('c7', 'y')]))[0]).toMatchObject({ position: { offset: 2 } });
  });

  test('are evicted in order of their last write, large and small ones', async () => {
    const log = new MemoryLog('e', { channels: 100, busy: 10 });
    const size = (n: number) => (n % 3 === 0 ? 5_000 : 5);
    for (let n = 0; n < 100; n += 1) await log.append([append(`c${n}`, 'x'.repeat(size(n)))]);
    // Every other one is written again, and so survives the rest.
    for (let n = 0; n < 100; n += 2) await log.append([append(`c${n}`, 'again')]);
    for (let n = 0; n < 50; n += 1) await log.append([append(`new${n}`, 'x')]);
    for (let n = 0; n < 100; n += 1) expect((await log.position(`c${n}`)).offset).toBe(n % 2 === 0 ? 2 : 0);
  });

  test('use little more than their data, and nothing once gone', async () => {
    const log = new MemoryLog('e', { busy: 1, bytes: 10_000_000 });
    await log.append([append('first', 'x')]);
    const one = log.bytes;
    for (let n = 0; n < 20_000; n += 1) await log.append([append(`c${n}`, 'x'.repeat(40))]);
    expect(log.bytes / 20_000).toBeLessThan(200);
    for (let n = 0; n < 1_000; n += 1) await log.append([append('large', 'x'.repeat(10_000))]);
    for (let n = 0; n < 1_000; n += 1) await log.append([append(`l${n}`, 'x'.repeat(10_000))]);
    expect(log.bytes).toBeLessThanOrEqual(10_000_000);
    await log.close();
    await log.append([append('first', 'x')]);
    expect(log.bytes).toBe(one);
  });
});
