import { describe, expect, test } from 'bun:test';
import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { Sampler, type Sampling } from './sampling.ts';

const RUNS = 10_000;

const parent = (traceFlags: TraceFlags, traceId = crypto.randomUUID().replaceAll('-', '')): SpanContext => ({
  traceId,
  spanId: 'b7ad6b7169203331',
  traceFlags,
});
const sampled = () => parent(TraceFlags.SAMPLED);
const unsampled = () => parent(TraceFlags.NONE);

let now = 0;
const samplerOf = (sampler: Sampling['sampler'], ratio = 1) => new Sampler({ sampler, ratio }, () => now);

/** How many of `RUNS` are recorded. */
function recorded(sampler: Sampler, parentOf: () => SpanContext | undefined): number {
  let count = 0;
  for (let run = 0; run < RUNS; run += 1) if (sampler.records(parentOf())) count += 1;
  return count;
}

const nobody = () => undefined;

describe('OB4 sampling', () => {
  test.each(['always_on', 'always_off'] as const)('records all, or nothing: %s', (name) => {
    const expected = name === 'always_on' ? RUNS : 0;
    for (const parentOf of [nobody, sampled, unsampled]) expect(recorded(samplerOf(name), parentOf)).toBe(expected);
  });

  test('records a ratio of new traces, and of continued ones', () => {
    for (const parentOf of [nobody, sampled, unsampled]) {
      const count = recorded(samplerOf('traceidratio', 0.1), parentOf);
      // Ten standard deviations.
      expect(Math.abs(count - RUNS / 10)).toBeLessThan(300);
    }
    expect(recorded(samplerOf('traceidratio', 0), nobody)).toBe(0);
    expect(recorded(samplerOf('traceidratio', 1), nobody)).toBe(RUNS);
  });

  test('decides equally for all spans of a trace', () => {
    const [one, other] = [samplerOf('traceidratio', 0.5), samplerOf('traceidratio', 0.5)];
    for (let run = 0; run < 1_000; run += 1) {
      const context = sampled();
      expect(one.records(context)).toBe(other.records(context));
    }
  });

  test("follows the caller's decision with `parentbased_`", () => {
    now += 1_000;
    const sampler = samplerOf('parentbased_always_off');
    expect([sampler.records(undefined), sampler.records(sampled()), sampler.records(unsampled())]).toEqual([
      false,
      true,
      false,
    ]);
    expect(recorded(samplerOf('parentbased_always_on'), unsampled)).toBe(0);
    expect(recorded(samplerOf('parentbased_always_on'), sampled)).toBe(RUNS);
  });

  test("records at most 100 traces a second on callers' decisions", () => {
    now += 1_000;
    const sampler = samplerOf('parentbased_traceidratio', 0);
    expect(recorded(sampler, sampled)).toBe(100);
    now += 1_000;
    expect(recorded(sampler, sampled)).toBe(100);
  });
});
