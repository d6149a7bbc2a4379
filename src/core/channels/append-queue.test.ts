import { describe, expect, test } from 'bun:test';
import { accepted, append } from '../../../tests/conformance/appends.ts';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { range } from '../../../tests/core/node.ts';
import { RecordedTraces } from '../../../tests/core/recorded-traces.ts';
import { WatchedLog } from '../../../tests/core/watched-log.ts';
import { MemoryLog } from '../../adapters/memory/log.ts';
import { ClientError } from '../errors.ts';
import { AppendQueue, type QueueBounds } from './append-queue.ts';

function queueOf(bounds: Partial<QueueBounds> = {}) {
  const [log, clock] = [new WatchedLog(), new HandClock()];
  return { log, clock, queue: new AppendQueue(log, clock, { length: 1_000, bytes: 1_000_000, ...bounds }) };
}

/** A queue whose log answers one batch at a time, when told to. */
function slowQueue(length: number) {
  const { log, clock, queue } = queueOf({ length });
  const answers: (() => void)[] = [];
  const append = log.append.bind(log);
  log.append = async (batch) => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return append(batch);
  };
  return { clock, queue, answer: () => answers.shift()?.() };
}

/** An append's result: its offset, or the name of the error. */
function fate(queue: AppendQueue, data: string): Promise<number | string> {
  return queue.append(append('a', data)).then(
    (outcome) => accepted(outcome).position.offset,
    (error) => (error instanceof ClientError ? `${error.kind} ${error.temporary}` : String(error)),
  );
}

describe('a queue', () => {
  test('OR1 collects one turn into one batch, in call order', async () => {
    const { log, clock, queue } = queueOf();
    const fates = range(1, 100).map((number) => fate(queue, String(number)));
    expect(log.batches).toEqual([]);
    await clock.settle();
    expect(await Promise.all(fates)).toEqual(range(1, 100));
    expect(log.batches).toEqual([100]);
    const next = fate(queue, 'next');
    await clock.settle();
    expect(await next).toBe(101);
    expect(log.batches).toEqual([100, 1]);
  });

  test('OR1 gives a slow log few batches at once, and combines what arrives meanwhile, in call order', async () => {
    const { log, clock, queue } = queueOf();
    const answers: (() => void)[] = [];
    const append = log.append.bind(log);
    log.append = async (batch) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return append(batch);
    };
    const fates: Promise<number | string>[] = [];
    // 300 turns, each with a publication, while the log does not answer.
    for (const number of range(1, 300)) {
      fates.push(fate(queue, String(number)));
      await clock.settle();
    }
    expect(answers.length).toBe(log.promises.inFlight);
    for (let answer = answers.shift(); answer !== undefined; answer = answers.shift()) {
      answer();
      await clock.settle();
      expect(answers.length).toBeLessThanOrEqual(log.promises.inFlight);
    }
    expect(await Promise.all(fates)).toEqual(range(1, 300));
    expect(log.batches).toEqual([1, 1, 298]);
  });

  test('a failed batch makes room for the next one', async () => {
    const { log, clock, queue } = queueOf();
    log.failure = new Error('disk full');
    for (let round = 0; round < 2 * log.promises.inFlight; round += 1) {
      const lost = fate(queue, 'lost');
      await clock.settle();
      expect(await lost).toBe('internal true');
    }
    log.failure = undefined;
    const written = fate(queue, 'written');
    await clock.settle();
    expect(await written).toBe(1);
  });

  test('does not delay publications to a memory log until the end of the turn', async () => {
    const queue = new AppendQueue(new MemoryLog('e'), new HandClock(), { length: 0, bytes: 0 });
    expect(await fate(queue, 'now')).toBe(1);
  });
});

describe('AC5 above its limits', () => {
  const bounds: readonly [what: string, bounds: Partial<QueueBounds>][] = [
    ['in number', { length: 3 }],
    // Each has 4 characters of JSON text.
    ['in size', { bytes: 14 }],
  ];
  test.each([...bounds])(
    'AC5 %s is refused at once with a temporary error; the rest is written',
    async (_what, few) => {
      const { log, clock, queue } = queueOf(few);
      const fates = ['11', '22', '33', '44', '55'].map((data) => fate(queue, data));
      const refused = 'tooManyRequests true';
      expect(await Promise.all(fates.slice(3))).toEqual([refused, refused]);
      await clock.settle();
      expect(await Promise.all(fates)).toEqual([1, 2, 3, refused, refused]);
      expect((await log.read('a', { limit: 10 })).publications.length).toBe(3);
      const again = fate(queue, '66');
      await clock.settle();
      expect(await again).toBe(4);
    },
  );

  test('AC5 batches being written still count; there is room again after their answer', async () => {
    const { clock, queue, answer } = slowQueue(2);
    const first = fate(queue, '1');
    await clock.settle();
    const second = fate(queue, '2');
    await clock.settle();
    expect(await fate(queue, '3')).toBe('tooManyRequests true');
    answer();
    expect(await first).toBe(1);
    const third = fate(queue, '4');
    await clock.settle();
    expect(await fate(queue, '5')).toBe('tooManyRequests true');
    answer();
    answer();
    expect(await Promise.all([second, third])).toEqual([2, 3]);
  });

  test('AC4 AC5 a failed write refuses its batch with a temporary error, and frees its room', async () => {
    const { log, clock, queue } = queueOf({ length: 2 });
    log.failure = new Error('disk full');
    const fates = [fate(queue, '1'), fate(queue, '2')];
    await clock.settle();
    expect(await Promise.all(fates)).toEqual(['internal true', 'internal true']);
    log.failure = undefined;
    const again = [fate(queue, '3'), fate(queue, '4')];
    await clock.settle();
    expect(await Promise.all(again)).toEqual([1, 2]);
  });
});

describe('SE7 a drain', () => {
  test('SE7 waits for the last of several batches', async () => {
    const { clock, queue, answer } = slowQueue(10);
    const fates: Promise<number | string>[] = [];
    for (const data of ['1', '2']) {
      fates.push(fate(queue, data));
      await clock.settle();
    }
    let isDrained = false;
    const drained = queue.drained().then(() => {
      isDrained = true;
    });
    answer();
    await clock.settle();
    expect(isDrained).toBe(false);
    answer();
    await drained;
    expect(await Promise.all(fates)).toEqual([1, 2]);
  });

  test('SE7 waits for everything accepted, written or not, and not at all if there is nothing', async () => {
    const { log, clock, queue } = queueOf();
    await queue.drained();
    const fates = [fate(queue, '1'), fate(queue, '2')];
    const seen: string[] = [];
    const drained = queue.drained().then(() => seen.push('drained'));
    await Promise.resolve();
    expect(seen).toEqual([]);
    await clock.settle();
    await drained;
    expect(await Promise.all(fates)).toEqual([1, 2]);
    log.failure = new Error('disk gone');
    const lost = fate(queue, '3');
    const again = queue.drained();
    await clock.settle();
    await again;
    expect(await lost).toBe('internal true');
  });
});

test('AC4 a publication that can never be written fails as an internal error, and no other of its batch', async () => {
  const { log, clock, queue } = queueOf();
  const append = log.append.bind(log);
  log.append = async (batch) => {
    const outcomes = await append(batch.slice(1));
    return [{ refused: 'no such table', mistake: true }, ...outcomes];
  };
  const fates = [fate(queue, 'mistaken'), fate(queue, 'good')];
  await clock.settle();
  expect(await Promise.all(fates)).toEqual(['internal true', 1]);
});

describe('OB4 a queue with traced appends', () => {
  test('OB4 has a waiting span for each, and one for the shared transaction', async () => {
    const { clock, queue } = queueOf();
    const traces = new RecordedTraces();
    const [one, other] = [traces.begin('one'), traces.begin('other')];
    const done = [undefined, one, undefined, other].map((span, n) => queue.append(append('a', String(n)), span));
    expect(traces.told()).toEqual(['one', 'other', 'append queue < one', 'append queue < other']);
    await clock.settle();
    await Promise.all(done);
    expect(traces.told()).toEqual([
      'one',
      'other (COMMIT)',
      'append queue < one, ended',
      'append queue < other, ended',
      'COMMIT < one (one other), ended',
    ]);
    expect(traces.spans.at(-1)?.attributes).toMatchObject({ 'db.operation.batch.size': 4 });
  });

  test('OB4 records why a transaction failed', async () => {
    const { log, clock, queue } = queueOf();
    log.failure = new Error('the disk is gone');
    const traces = new RecordedTraces();
    const done = queue.append(append('a', '1'), traces.begin('one')).catch(() => undefined);
    await clock.settle();
    await done;
    expect(traces.told().at(-1)).toBe('COMMIT < one (one), failed: the disk is gone, ended');
  });
});
