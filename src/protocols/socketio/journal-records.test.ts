import { describe, expect, test } from 'bun:test';
import { TestNode } from '../../../tests/core/node.ts';
import type { WatchedLog } from '../../../tests/core/watched-log.ts';
import { Random } from '../../../tests/simulation/random.ts';
import { Journal } from './journal.ts';
import { JournalRecords } from './journal-records.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const EPOCH = 'e';
const RECORDS = 'log:told';

/** A server's journal with its records. */
class Run {
  readonly node: TestNode;
  readonly journal = new Journal();
  readonly records: JournalRecords;
  /** The offsets sent in each channel at each number. */
  readonly truth: { readonly number: number; readonly channel: string; readonly offset: number }[] = [];
  readonly #offsets = new Map<string, number>();

  constructor(name: string, log?: WatchedLog) {
    this.node = new TestNode(log === undefined ? {} : { log });
    this.records = new JournalRecords(this.node.node, this.journal, { run: name, channel: RECORDS });
  }

  tell(channel: string): number {
    const offset = (this.#offsets.get(channel) ?? 0) + 1;
    this.#offsets.set(channel, offset);
    const number = this.journal.note(channel, { epoch: EPOCH, offset });
    this.truth.push({ number, channel, offset });
    return number;
  }

  /** The channel's offset at that number of the journal. */
  toldAt(channel: string, number: number): number {
    return this.truth.findLast((each) => each.channel === channel && each.number <= number)?.offset ?? 0;
  }

  async afterKill(): Promise<Run> {
    const next = new Run('second', this.node.log);
    const loaded = next.records.load();
    await next.node.clock.settle();
    await loaded;
    return next;
  }
}

const asked = (number: number, run = 'first') => ({ run, number, from: { epoch: EPOCH, offset: 0 } });

describe('SI8 offsets of watched channels', () => {
  test('are known after a restart, for all watched channels', async () => {
    const run = new Run('first');
    const channels = Array.from({ length: 1_200 }, (_, index) => `log:${index}`);
    for (const channel of channels) run.tell(channel);
    run.records.watch(channels);
    await run.node.clock.pass(2_000);
    const last = run.tell('log:0');
    for (const channel of channels) run.tell(channel);
    await run.node.clock.pass(2_000);
    const { records } = await run.afterKill();
    // Between two records the position is unknown; after the last one it is known.
    expect(channels.map((channel) => records.offsetAt(channel, asked(last - 1), undefined))).toEqual(
      channels.map(() => 1),
    );
    expect(records.offsetAt('log:5', asked(last), undefined)).toBeUndefined();
    expect(channels.map((channel) => records.offsetAt(channel, asked(run.journal.last), undefined))).toEqual(
      channels.map((_, index) => (index === 0 ? 3 : 2)),
    );
    expect(records.offsetAt('log:5', asked(last, 'another'), undefined)).toBeUndefined();
    expect(
      records.offsetAt('log:5', { ...asked(last - 1), from: { epoch: 'f', offset: 0 } }, undefined),
    ).toBeUndefined();
  });

  test('are known again for channels watched after there were too many', async () => {
    const run = new Run('first');
    run.tell('log:old');
    run.records.watch(['log:old']);
    await run.node.clock.pass(300);
    const before = run.journal.last;
    for (let n = 0; n < 4_999; n += 1) run.tell(`log:${n}`);
    run.records.watch(Array.from({ length: 4_999 }, (_, n) => `log:${n}`));
    run.tell('log:new');
    run.records.watch(['log:new']);
    const number = run.tell('log:old');
    await run.node.clock.pass(5_000);
    const { records } = await run.afterKill();
    expect(records.offsetAt('log:old', asked(before), undefined)).toBe(1);
    expect(records.offsetAt('log:old', asked(number), undefined)).toBeUndefined();
    expect(records.offsetAt('log:new', asked(run.journal.last), undefined)).toBe(1);
  });

  test('are not reported if a record was not written', async () => {
    const run = new Run('first');
    run.tell('log:a');
    run.records.watch(['log:a']);
    await run.node.clock.pass(300);
    run.node.log.failure = new Error('no disk');
    run.tell('log:a');
    await run.node.clock.pass(300);
    run.node.log.failure = undefined;
    run.tell('log:a');
    run.records.watch(['log:a']);
    await run.node.clock.pass(300);
    const { records } = await run.afterKill();
    expect([1, 2, 3].map((number) => records.offsetAt('log:a', asked(number), undefined))).toEqual([1, undefined, 3]);
    expect(run.node.reported).toEqual(['socketio.record_failed']);
  });

  test(`are never wrong (seed ${SEED})`, async () => {
    let known = 0;
    for (let schedule = 0; schedule < 100; schedule += 1) {
      const random = new Random(SEED + schedule);
      const run = new Run('first');
      const channels = ['log:a', 'log:b', 'log:c', 'log:d'];
      for (let step = 0; step < 60; step += 1) {
        const act = random.between(0, 9);
        if (act === 0) run.records.watch([random.pick(channels), random.pick(channels)]);
        else if (act <= 2) await run.node.clock.pass(random.between(0, 300));
        else run.tell(random.pick(channels));
      }
      const { records } = await run.afterKill();
      for (const channel of channels) {
        for (let number = 1; number <= run.journal.last; number += 1) {
          const top = { epoch: EPOCH, offset: run.toldAt(channel, run.journal.last) };
          const offset = records.offsetAt(channel, asked(number), top);
          if (offset === undefined) continue;
          known += 1;
          expect([SEED + schedule, channel, number, offset]).toEqual([
            ...[SEED + schedule, channel, number],
            run.toldAt(channel, number),
          ]);
        }
      }
    }
    expect(known).toBeGreaterThan(1_000);
  });
});
