import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../tests/core/hand-clock.ts';
import type { Fields } from '../ports/telemetry.ts';
import { Guard } from './guard.ts';
import { repeat } from './repeat.ts';

const MINUTE = 60_000;

function guarded() {
  const clock = new HandClock();
  const records: Fields[] = [];
  const counted: string[] = [];
  const guard = new Guard({
    clock,
    telemetry: {
      record: (level, event, fields) =>
        records.push({ level, event, ...fields, error: String(fields?.error).split('\n')[0] }),
      count: (name, labels) => counted.push(`${name} ${labels?.part}`),
    },
  });
  return { guard, clock, records, counted };
}

const fail = () => {
  throw new Error('broken');
};

describe('FA1 a guard', () => {
  test('FA1 continues with the others if one throws', () => {
    const { guard } = guarded();
    const done: number[] = [];
    guard.each('part', [1, 2, 3], (item) => (item === 2 ? fail() : done.push(item)));
    expect([guard.run('part', fail), guard.run('part', () => undefined), done]).toEqual([false, true, [1, 3]]);
  });

  test('FA2 counts each failure, and logs one record per part and minute with their number', async () => {
    const { guard, clock, records, counted } = guarded();
    for (let count = 0; count < 5; count += 1) guard.run('a', fail);
    guard.run('b', fail);
    const failed = { level: 'error', event: 'part.failed', error: 'Error: broken' };
    expect(records).toEqual([
      { ...failed, part: 'a', failures: 1 },
      { ...failed, part: 'b', failures: 1 },
    ]);
    expect(counted.filter((each) => each === 'banyan_part_failures_total a').length).toBe(5);
    await clock.pass(MINUTE);
    guard.run('a', fail);
    expect(records[2]).toEqual({ ...failed, part: 'a', failures: 5 });
  });
});

describe('FA1 a repetition', () => {
  const fates: readonly (readonly [string, () => void | Promise<void>])[] = [
    ['returns', () => undefined],
    ['throws', fail],
    ['resolves', async () => undefined],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ];
  test.each(fates)('FA1 continues if the work %s, until it is stopped', async (fate, work) => {
    const clock = new HandClock();
    const errors: unknown[] = [];
    let calls = 0;
    const stop = repeat({ clock, ms: 1_000, onError: (error) => void errors.push(error) }, () => {
      calls += 1;
      return work();
    });
    await clock.pass(5_500);
    expect([calls, errors.length]).toEqual([5, fate === 'throws' || fate === 'rejects' ? 5 : 0]);
    stop();
    await clock.pass(5_000);
    expect(calls).toBe(5);
  });

  test('FA1 continues even if reporting the failure fails', async () => {
    const clock = new HandClock();
    let calls = 0;
    repeat({ clock, ms: 1_000, onError: fail }, () => {
      calls += 1;
      throw new Error('broken');
    });
    for (let second = 0; second < 3; second += 1) await clock.pass(1_000).catch(() => undefined);
    expect(calls).toBe(3);
  });
});
