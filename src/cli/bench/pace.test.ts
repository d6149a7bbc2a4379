import { expect, test } from 'bun:test';
import { dueOf, keepSchedule } from './pace.ts';
import { micros } from './payload.ts';

const never = new AbortController().signal;

test('a complete schedule runs in order, never early', async () => {
  const schedule = { start: micros(), count: 40, perSecond: 1_000, signal: never };
  const done: number[] = [];
  await keepSchedule(schedule, (index, due) => {
    expect(due).toBe(dueOf(schedule, index));
    expect(micros()).toBeGreaterThanOrEqual(due);
    done.push(index);
  });
  expect(done).toEqual(Array.from({ length: 40 }, (_, index) => index));
});

test('a stall does not move later due times: they stay those of the schedule', async () => {
  const schedule = { start: micros(), count: 20, perSecond: 1_000, signal: never };
  const dues: number[] = [];
  await keepSchedule(schedule, (index, due) => {
    dues.push(due - schedule.start);
    for (const end = micros() + 30_000; index === 3 && micros() < end; );
  });
  expect(dues).toEqual(Array.from({ length: 20 }, (_, index) => index * 1_000));
});

test('ends early when aborted', async () => {
  const ending = new AbortController();
  let count = 0;
  await keepSchedule({ start: micros(), count: 1_000_000, perSecond: 1_000, signal: ending.signal }, () => {
    count += 1;
    if (count === 5) ending.abort();
  });
  expect(count).toBeLessThan(1_000_000);
});
