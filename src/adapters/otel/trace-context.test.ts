import { describe, expect, test } from 'bun:test';
import { garble, strangeText } from '../../../tests/fuzz/garble.ts';
import { SEED } from '../../../tests/fuzz/seed.ts';
import { Random } from '../../../tests/simulation/random.ts';
import { readContext, writeContext } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const GOOD = `00-${TRACE}-${PARENT}-01`;

describe('OB4 a trace context', () => {
  test("is parsed and written in W3C's format", () => {
    for (const traceparent of [GOOD, `00-${TRACE}-${PARENT}-00`]) {
      const context = readContext({ traceparent, tracestate: 'a=b,c=d' });
      expect(context).toMatchObject({ traceId: TRACE, spanId: PARENT, isRemote: true });
      expect(context && writeContext(context)).toEqual({ traceparent, tracestate: 'a=b,c=d' });
    }
  });

  test('of a later version is parsed as far as this one specifies', () => {
    expect(readContext({ traceparent: `01-${TRACE}-${PARENT}-01-more` })).toMatchObject({ traceId: TRACE });
  });

  test.each([
    '',
    'nonsense',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `${GOOD}, ${GOOD}`,
    `01-${TRACE}-${PARENT}-01-${'x'.repeat(300)}`,
  ])('is invalid: %s', (traceparent) => {
    expect(readContext({ traceparent })).toBeUndefined();
  });

  test('drops a state longer than others would pass on', () => {
    const context = readContext({ traceparent: GOOD, tracestate: `a=${'x'.repeat(600)}` });
    expect(context?.traceId).toBe(TRACE);
    expect(context?.traceState).toBeUndefined();
  });

  test(`SE6 is parsed or refused, for any input (seed ${SEED})`, () => {
    const random = new Random(SEED);
    for (let left = 50_000; left > 0; left -= 1) {
      const context = readContext({ traceparent: garble(random, GOOD), tracestate: strangeText(random) });
      if (context === undefined) continue;
      const { traceparent, tracestate = '' } = writeContext(context);
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      expect(tracestate.length).toBeLessThanOrEqual(512);
    }
  });
});
