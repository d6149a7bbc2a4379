import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Append, AppendOutcome, Log, Publication } from '../../src/ports/log.ts';
import { append } from './appends.ts';

/** The simplest thing that keeps the port's promises: what the adapter is compared with. */
class Model {
  readonly #channels = new Map<string, { top: number; kept: (Publication & { key: string | undefined })[] }>();

  append({ channel, data, time, key }: Append): { offset: number; repeated: boolean } {
    const state = this.#channel(channel);
    const seen = key === undefined ? undefined : state.kept.find((entry) => entry.key === key);
    if (seen !== undefined) return { offset: seen.offset, repeated: true };
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
    const state = this.#channels.get(name) ?? { top: 0, kept: [] };
    this.#channels.set(name, state);
    return state;
  }
}

type Step =
  | { readonly kind: 'append'; readonly batch: readonly { channel: string; key: string | undefined }[] }
  | { readonly kind: 'read'; channel: string; after: number | undefined; limit: number; reverse: boolean }
  | { readonly kind: 'trim'; channel: string };

const channel = fc.constantFrom('a', 'b');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      batch: fc.array(fc.record({ channel, key: fc.option(fc.constantFrom('k', 'l', 'm'), { nil: undefined }) }), {
        maxLength: 4,
      }),
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

/** Random calls give what the model gives; fast-check prints seed and the shortest calls that do not. */
export function logModelContract(current: () => Log): void {
  test('random calls give what a plain array would give', async () => {
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
      const batch = each.batch.map(({ channel: name, key }, index) =>
        append(prefix + name, String(index), key === undefined ? {} : { key }),
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
