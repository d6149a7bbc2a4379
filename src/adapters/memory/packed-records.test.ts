import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { type PackedRecord, PackedRecords } from './packed-records.ts';

const nameIn = (text: string) => text.split(' ')[0] ?? '';
const record = (name: string, length: number, expiresAt = Number.POSITIVE_INFINITY): PackedRecord => ({
  ...{ text: `${name} ${'é'.repeat(length)}`, expiresAt },
});

type Step =
  | { readonly kind: 'add'; readonly name: string; readonly length: number; readonly expiresAt: number }
  | { readonly kind: 'take'; readonly name: string }
  | { readonly kind: 'takeEldest' }
  | { readonly kind: 'expire'; readonly now: number };

const name = fc.nat(40).map((n) => `name-${n}`);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant('add' as const), name },
      ...{ length: fc.oneof(fc.nat(20), fc.integer({ min: 20_000, max: 90_000 })), expiresAt: fc.nat(100) },
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), name }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'takeEldest' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), now: fc.nat(100) }) },
);

/** Applies the step to both; returns both results. */
function both(each: Step, packed: PackedRecords, model: Map<string, PackedRecord>): [unknown, unknown] {
  switch (each.kind) {
    case 'add': {
      const added = record(each.name, each.length, each.expiresAt);
      const taken = packed.take(each.name);
      const expected = model.get(each.name);
      model.delete(each.name);
      packed.add(each.name, added);
      model.set(each.name, added);
      return [taken, expected];
    }
    case 'take': {
      const expected = model.get(each.name);
      model.delete(each.name);
      return [packed.take(each.name), expected];
    }
    case 'takeEldest': {
      const [eldest, expected] = [...model][0] ?? [];
      if (eldest !== undefined) model.delete(eldest);
      return [packed.takeEldest(), expected];
    }
    case 'expire':
      packed.expire(each.now, nameIn);
      for (const [known, { text, expiresAt }] of model) {
        if (expiresAt <= each.now) model.set(known, { text: nameIn(text), expiresAt: Number.POSITIVE_INFINITY });
      }
      return [undefined, undefined];
    default:
      return each satisfies never;
  }
}

test('random calls return what a map returns', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const packed = new PackedRecords(nameIn);
      const model = new Map<string, PackedRecord>();
      for (const each of steps) {
        const [given, expected] = both(each, packed, model);
        expect(given).toEqual(expected);
        expect(packed.size).toBe(model.size);
      }
      for (const [known, expected] of model) expect(packed.get(known)).toEqual(expected);
      for (const expected of [...model.values()]) expect(packed.takeEldest()).toEqual(expected);
      expect([packed.size, packed.bytes, packed.takeEldest()]).toEqual([0, 0, undefined]);
    }),
    { numRuns: 60 },
  );
});

test('after a record that fills more than a buffer, small ones are found (seed -768974299)', () => {
  const packed = new PackedRecords(nameIn);
  const model = new Map<string, PackedRecord>();
  const add = (name: string, length: number): Step => ({ kind: 'add', name, length, expiresAt: 0 });
  const [one, two] = ['name-0', 'name-1'];
  const steps = [add(one, 65_537), add(one, 20_000), add(two, 45_494), add(one, 8), add(one, 0)];
  for (const each of steps) {
    const [given, expected] = both(each, packed, model);
    expect(given).toEqual(expected);
  }
  for (const [known, expected] of model) expect(packed.get(known)).toEqual(expected);
});

test('a hundred thousand records are added and removed repeatedly, and their space is reused', () => {
  const packed = new PackedRecords(nameIn);
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 10; round += 1) {
    for (let n = 0; n < 10_000; n += 1) {
      packed.take(`name-${n * 3}`);
      packed.add(`name-${n * 3}`, record(`name-${n * 3}`, 50 + round));
    }
  }
  expect(packed.size).toBe(10_000);
  Bun.gc(true);
  // Holes are at most half of a buffer; then it is compacted.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * packed.bytes);
  for (let n = 0; n < 10_000; n += 1) expect(packed.get(`name-${n * 3}`)?.text).toBe(record(`name-${n * 3}`, 59).text);
});
