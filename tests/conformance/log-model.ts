import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Append, AppendOutcome, Log, Publication, StateVersion } from '../../src/ports/log.ts';
import { append } from './appends.ts';

type State = { top: number; kept: (Publication & { key: string | undefined })[]; version: StateVersion | undefined };

/** The simplest implementation of the port, which adapters are compared with. */
class Model {
  readonly #channels = new Map<string, State>();

  append({ channel, data, time, key, version }: Append): { offset: number; repeated: boolean } {
    const state = this.#channel(channel);
    const seen = key === undefined ? undefined : state.kept.find((entry) => entry.key === key);
    if (seen !== undefined) return { offset: seen.offset, repeated: true };
    if (version !== undefined) {
      const last = state.version;
      const isSameCount = version.epoch === '' || version.epoch === last?.epoch;
      if (last !== undefined && isSameCount && version.number <= last.number)
        return { offset: state.top, repeated: true };
      state.version = version;
    }
    state.top += 1;
    state.kept.push({ offset: state.top, time, data, key });
    return { offset: state.top, repeated: false };
  }

  read(channel: string, after: number | undefined, limit: number, reverse: boolean): number[] {
    const offsets = this.#channel(channel).kept.map(({ offset }) => offset);
    const inRange = offsets.filter((each) => after === undefined || (reverse ? each < after : each > after));
    return (reverse ? inRange.reverse() : inRange).slice(0, limit);
  }

  trim(channel: string): void {
    this.#channel(channel).kept = [];
  }

  top(channel: string): number {
    return this.#channel(channel).top;
  }

  floor(channel: string): number {
    return (this.#channel(channel).kept[0]?.offset ?? this.top(channel) + 1) - 1;
  }

  #channel(name: string) {
    const state = this.#channels.get(name) ?? { top: 0, kept: [], version: undefined };
    this.#channels.set(name, state);
    return state;
  }
}

type Appending = { channel: string; key: string | undefined; version: StateVersion | undefined };
type Step =
  | { readonly kind: 'append'; readonly batch: readonly Appending[] }
  | { readonly kind: 'read'; channel: string; after: number | undefined; limit: number; reverse: boolean }
  | { readonly kind: 'trim'; channel: string };

const channel = fc.constantFrom('a', 'b');
const key = fc.option(fc.constantFrom('k', 'l', 'm'), { nil: undefined });
const version = fc.option(fc.record({ number: fc.integer({ min: 1, max: 4 }), epoch: fc.constantFrom('', 'x', 'y') }), {
  nil: undefined,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      batch: fc.array(fc.record({ channel, key, version }), { maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      channel,
      after: fc.option(fc.nat(12), { nil: undefined }),
      limit: fc.nat(5),
      reverse: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), channel }) },
);

let runs = 0;

/** Compares random calls with the model; fast-check prints seed and the shortest failing sequence. */
export function logModelContract(current: () => Log): void {
  test('random calls return what a plain array returns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        runs += 1;
        const model = new Model();
        for (const each of steps) await compare(each, current(), model, `${runs}-`);
      }),
      { numRuns: 150 },
    );
  });
}

async function compare(each: Step, log: Log, model: Model, prefix: string): Promise<void> {
  switch (each.kind) {
    case 'append': {
      const batch = each.batch.map(({ channel: name, key, version }, index) =>
        append(prefix + name, String(index), {
          ...(key !== undefined && { key }),
          ...(version !== undefined && { version }),
        }),
      );
      const expected = batch.map((one) => model.append(one));
      expect((await log.append(batch)).map(shortened)).toEqual(expected);
      return;
    }
    case 'read': {
      const name = prefix + each.channel;
      const { after, limit, reverse } = each;
      const page = await log.read(name, { limit, reverse, ...(after !== undefined && { after }) });
      expect(page.publications.map(({ offset }) => offset)).toEqual(model.read(name, after, limit, reverse));
      expect([page.top.offset, page.top.floor]).toEqual([model.top(name), model.floor(name)]);
      return;
    }
    case 'trim':
      model.trim(prefix + each.channel);
      expect((await log.trim(prefix + each.channel)).offset).toBe(model.top(prefix + each.channel));
      return;
    default:
      return each satisfies never;
  }
}

function shortened(outcome: AppendOutcome): unknown {
  if ('refused' in outcome) return outcome;
  return { offset: outcome.position.offset, repeated: outcome.repeated };
}
