import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { MemoryWorkLog } from '../../adapters/memory/work-log.ts';
import type { Work, WorkLog } from '../../ports/work-log.ts';
import { ClientError } from '../errors.ts';
import { PermanentFailure, type Worker } from './job-consumer.ts';
import { type JobBounds, Jobs } from './jobs.ts';

const RETRY = { attempts: 4, firstMs: 1_000, mostMs: 60_000 };
const DEAD = { works: 100, bytes: 1_000_000, ms: 1_000_000 };
/** More than the pauses of all attempts together. */
const ALL_TRIES_MS = 10_000;

type Options = { readonly worker?: Worker; readonly bounds?: Partial<JobBounds>; readonly log?: WorkLog };

/** Jobs over a log in memory, with records of what was done. */
async function world({ worker = async () => undefined, bounds = {}, log = new MemoryWorkLog() }: Options = {}) {
  const clock = new HandClock();
  const done: string[] = [];
  const recorded: string[] = [];
  const counts = new Map<string, number>();
  const jobsOf = async (act: Worker) => {
    const telemetry = {
      record: (_level: string, event: string) => void recorded.push(event),
      count: (name: string, labels: Readonly<Record<string, string>> = {}, by = 1) => {
        const key = `${name} ${labels.outcome ?? ''}`;
        counts.set(key, (counts.get(key) ?? 0) + by);
      },
    };
    const jobs = new Jobs({ log, clock, telemetry }, { lane: { works: 10, bytes: 1_000 }, dead: DEAD, ...bounds });
    const note = async (work: Work) => {
      await act(work);
      done.push(work.data);
    };
    jobs.handle('q', { worker: note, retry: RETRY });
    await jobs.start();
    return jobs;
  };
  const jobs = await jobsOf(worker);
  const add = (...data: readonly string[]) => jobs.add(data.map((each) => ({ queue: 'q', lane: 'a', data: each })));
  return { jobs, jobsOf, clock, done, recorded, counts, add, log };
}

describe('WL1 WL2 WL3 work', () => {
  test('is done in lane order, one at a time, while other lanes continue', async () => {
    let most = 0;
    let underWay = 0;
    const gates: (() => void)[] = [];
    const { jobs, clock, done } = await world({
      worker: async ({ lane }) => {
        underWay += 1;
        most = Math.max(most, underWay);
        if (lane === 'slow') await new Promise<void>((resolve) => gates.push(resolve));
        underWay -= 1;
      },
    });
    const of = (lane: string, data: string) => ({ queue: 'q', lane, data });
    await jobs.add([of('slow', '1'), of('slow', '2'), of('a', '3'), of('a', '4')]);
    await clock.pass(1_000);
    expect([done, gates.length, most, jobs.waiting]).toEqual([['3', '4'], 1, 2, 2]);
    gates.shift()?.();
    await clock.pass(1_000);
    gates.shift()?.();
    await clock.pass(1_000);
    expect([done, jobs.waiting]).toEqual([['3', '4', '1', '2'], 0]);
  });

  test('that fails is retried with growing pauses, and blocks its lane', async () => {
    const tries: number[] = [];
    const { jobs, clock, done, add, counts } = await world({
      worker: async ({ data }) => {
        if (data !== '1') return;
        tries.push(clock.now());
        if (tries.length < 4) throw new Error('not yet');
      },
    });
    await add('1', '2');
    await clock.pass(ALL_TRIES_MS);
    const pauses = tries.slice(1).map((time, index) => time - (tries[index] as number));
    for (const [index, expected] of [1_000, 2_000, 4_000].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(0.8 * expected);
      expect(pauses[index]).toBeLessThanOrEqual(1.2 * expected);
    }
    expect([done, jobs.deadLetters.total.works]).toEqual([['1', '2'], 0]);
    expect(counts.get('banyan_works_total failed')).toBe(3);
  });

  test('that never succeeds becomes a dead letter, and the next follows', async () => {
    const { jobs, clock, done, add, recorded } = await world({
      worker: async ({ data }) => {
        if (data === '"bad"') throw new Error('status 500');
      },
    });
    await add('"bad"', '2');
    await clock.pass(ALL_TRIES_MS);
    expect([done, jobs.waiting, jobs.deadLetters.total]).toEqual([['2'], 0, { works: 1, bytes: 5 }]);
    const { deadLetters: letters, next } = await jobs.deadLetters.page(undefined, 10);
    expect([letters, next]).toMatchObject([[{ lane: 'a', attempts: 4, reason: 'status 500', bytes: 5 }], null]);
    expect(recorded).toContain('work.died');
  });

  test('that no retry can complete is not retried', async () => {
    const { jobs, clock, add } = await world({
      worker: async () => {
        throw new PermanentFailure('the app is gone');
      },
    });
    await add('1');
    await clock.settle();
    expect((await jobs.deadLetters.page(undefined, 10)).deadLetters).toMatchObject([{ attempts: 1 }]);
  });

  test('continues after a restart, with its attempts counted', async () => {
    const { jobs, jobsOf, clock, add, done } = await world({
      worker: async () => {
        throw new Error('down');
      },
    });
    await add('1', '2');
    await clock.settle();
    await jobs.stop();
    const seen: number[] = [];
    const next = await jobsOf(async ({ attempts }) => void seen.push(attempts));
    expect(next.waiting).toBe(2);
    await clock.pass(ALL_TRIES_MS);
    expect([seen, done, next.waiting]).toEqual([[1, 0], ['1', '2'], 0]);
  });

  test('is not lost if its outcome cannot be written: it is done again', async () => {
    const log = new MemoryWorkLog();
    let failing = 1;
    const remove = log.remove.bind(log);
    log.remove = (ids) => (failing-- > 0 ? Promise.reject(new Error('disk full')) : remove(ids));
    const { clock, done, add, recorded, jobs } = await world({ log });
    await add('1');
    await clock.pass(90_000);
    expect([done, jobs.waiting]).toEqual([['1', '1'], 0]);
    expect(recorded).toContain('work.log_failed');
  });

  test('is looked for again after the work log failed', async () => {
    const log = new MemoryWorkLog();
    let failing = 1;
    const lease = log.lease.bind(log);
    log.lease = (asked) => (failing-- > 0 ? Promise.reject(new Error('locked')) : lease(asked));
    const { clock, done, add } = await world({ log });
    await add('1');
    await clock.pass(5_000);
    expect(done).toEqual(['1']);
  });

  test('that exceeds a full lane becomes a dead letter, after earlier work', async () => {
    const { jobs, clock, done, add } = await world({
      bounds: { lane: { works: 2, bytes: 1_000 } },
      worker: () => never,
    });
    await add('1', '2', '3');
    await clock.settle();
    expect([done, jobs.waiting, jobs.deadLetters.total.works]).toEqual([[], 2, 1]);
    expect((await jobs.deadLetters.page(undefined, 9)).deadLetters).toMatchObject([
      { reason: 'too much waits in its lane' },
    ]);
  });

  test('that is running at a stop may end; what takes too long is done again', async () => {
    const gates: (() => void)[] = [];
    const { jobs, jobsOf, clock, done } = await world({
      worker: () => new Promise<void>((resolve) => gates.push(resolve)),
    });
    await jobs.add(['a', 'b'].map((lane) => ({ queue: 'q', lane, data: lane })));
    await clock.settle();
    const stopped = jobs.stop();
    gates[0]?.();
    await clock.pass(2_000);
    await stopped;
    expect(done).toEqual(['a']);
    await jobsOf(async () => undefined);
    await clock.pass(60_000);
    expect(done).toEqual(['a', 'b']);
  });

  test('runs for a limited number of lanes at a time', async () => {
    let underWay = 0;
    const { jobs, clock } = await world({
      worker: () => {
        underWay += 1;
        return never;
      },
    });
    await jobs.add(Array.from({ length: 200 }, (_, lane) => ({ queue: 'q', lane: String(lane), data: '1' })));
    await clock.pass(10_000);
    expect(underWay).toBe(64);
  });
});

const never = new Promise<never>(() => undefined);

describe('WL4 dead letters', () => {
  /** This many, whose work succeeds once the returned switch is turned. */
  async function graveyard(count: number, bounds?: Partial<JobBounds>) {
    const health = { good: false };
    const made = await world({
      worker: async () => {
        if (!health.good) throw new PermanentFailure('broken');
      },
      bounds: { lane: { works: 1_000, bytes: 100_000 }, ...bounds },
    });
    await made.add(...Array.from({ length: count }, (_, index) => String(index)));
    // One after another, as they share a lane.
    while (made.jobs.waiting > 0) await made.clock.settle();
    return { ...made, health };
  }

  test('are listed by page, newest first', async () => {
    const { jobs } = await graveyard(5);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const { deadLetters: letters, next } = await jobs.deadLetters.page(after, 2);
      for (const { id } of letters) seen.push((await jobs.deadLetters.get(id)).data);
      if (next === null) break;
      after = next;
    }
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
  });

  test('are retried one by one, as often as new work', async () => {
    const { jobs, clock, done, health } = await graveyard(2);
    const [newest] = (await jobs.deadLetters.page(undefined, 1)).deadLetters;
    health.good = true;
    await jobs.deadLetters.retry(newest?.id ?? '');
    await clock.settle();
    expect([done, jobs.deadLetters.total, jobs.waiting]).toEqual([['1'], { works: 1, bytes: 1 }, 0]);
  });

  test('are retried all at once, in order of addition', async () => {
    const { jobs, clock, done, health } = await graveyard(250);
    health.good = true;
    expect(await jobs.deadLetters.retryAll()).toBe(250);
    while (jobs.waiting > 0) await clock.settle();
    expect([done, jobs.deadLetters.total.works]).toEqual([Array.from({ length: 250 }, (_, index) => String(index)), 0]);
  });

  test('that fail again are dead letters again, once', async () => {
    const { jobs, clock } = await graveyard(150);
    expect(await jobs.deadLetters.retryAll()).toBe(150);
    while (jobs.waiting > 0) await clock.settle();
    expect(jobs.deadLetters.total.works).toBe(150);
  });

  test('are deleted one by one and all at once', async () => {
    const { jobs } = await graveyard(120);
    const [newest] = (await jobs.deadLetters.page(undefined, 1)).deadLetters;
    const id = newest?.id ?? '';
    await jobs.deadLetters.discard(id);
    expect(await jobs.deadLetters.discard(id).catch((error: ClientError) => error.kind)).toBe('notFound');
    expect(await jobs.deadLetters.discardAll()).toBe(119);
    expect([jobs.deadLetters.total, (await jobs.deadLetters.page(undefined, 10)).deadLetters]).toEqual([
      { works: 0, bytes: 0 },
      [],
    ]);
  });

  test('are limited in number, bytes and age; the oldest are removed, and their number is reported', async () => {
    const { jobs, clock, counts } = await graveyard(120, { dead: { works: 110, bytes: 1_000_000, ms: 500_000 } });
    await clock.pass(60_000);
    expect([jobs.deadLetters.total.works, counts.get('banyan_dead_letters_dropped_total ')]).toEqual([110, 10]);
    const fewer = await graveyard(120, { dead: { works: 1_000, bytes: 100, ms: 500_000 } });
    await fewer.clock.pass(60_000);
    expect(fewer.jobs.deadLetters.total.bytes).toBeLessThanOrEqual(100);
    await clock.pass(600_000);
    expect(jobs.deadLetters.total).toEqual({ works: 0, bytes: 0 });
  });

  test('that do not exist are reported as not found', async () => {
    const { jobs } = await graveyard(0);
    for (const act of [() => jobs.deadLetters.get('7'), () => jobs.deadLetters.retry('x')]) {
      expect(await act().catch((error: unknown) => error instanceof ClientError && error.kind)).toBe('notFound');
    }
  });
});
