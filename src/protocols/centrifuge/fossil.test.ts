import { describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge/build/protobuf';
import fc from 'fast-check';
import { createPatch } from './fossil.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The decoder that the official client ships; it is not exported. */
const { _codec: codec } = new Centrifuge('ws://localhost') as unknown as {
  readonly _codec: {
    applyDeltaIfNeeded(pub: { delta: true; data: Uint8Array }, base: Uint8Array): { newData: Uint8Array };
  };
};
const applyDelta = (source: Uint8Array, patch: Uint8Array) =>
  codec.applyDeltaIfNeeded({ delta: true, data: patch }, source).newData;

/** Two values that share long pieces, in any order. */
function related<T>(piece: fc.Arbitrary<T>): fc.Arbitrary<readonly [readonly T[], readonly T[]]> {
  return fc.array(piece, { minLength: 1, maxLength: 8 }).chain((pieces) => {
    const some = fc.array(fc.constantFrom(...pieces), { maxLength: 12 });
    return fc.tuple(some, some);
  });
}

describe('a patch', () => {
  test("is decoded to the target by the official client's decoder, whatever the bytes", () => {
    fc.assert(
      fc.property(related(fc.uint8Array({ maxLength: 90 })), ([before, after]) => {
        const source = Uint8Array.from(before.flatMap((piece) => [...piece]));
        const target = Uint8Array.from(after.flatMap((piece) => [...piece]));
        const patch = createPatch({ source, target, text: false });
        if (patch === undefined) return;
        expect(patch.length).toBeLessThan(target.length);
        expect(applyDelta(source, patch)).toEqual(target);
      }),
      { numRuns: 2_000 },
    );
  });

  test('of valid UTF-8 texts is valid UTF-8', () => {
    fc.assert(
      fc.property(related(fc.string({ unit: 'binary', maxLength: 60 })), ([before, after]) => {
        const source = encoder.encode(before.join(''));
        const target = encoder.encode(after.join(''));
        const patch = createPatch({ source, target, text: true });
        if (patch === undefined) return;
        expect(encoder.encode(decoder.decode(patch))).toEqual(new Uint8Array(patch));
        expect(applyDelta(source, patch)).toEqual(target);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is short if little has changed, also between characters that start with the same byte', () => {
    const text = `{"text":"${'会议室里很安静。'.repeat(20)}","n":1}`;
    const source = encoder.encode(text);
    const target = encoder.encode(text.replace('安', '字').replace('"n":1', '"n":2'));
    const patch = createPatch({ source, target, text: true }) as Uint8Array;
    expect(patch.length).toBeLessThan(60);
    expect(applyDelta(source, patch)).toEqual(target);
  });

  test('is not returned if it would not be shorter', () => {
    const of = (source: string, target: string) =>
      createPatch({ source: encoder.encode(source), target: encoder.encode(target), text: true });
    expect(of('', '')).toBeUndefined();
    expect(of('{"n":1}', '{"n":2}')).toBeUndefined();
    expect(of('a'.repeat(100), 'b'.repeat(100))).toBeUndefined();
  });

  test('takes linear time, also for repetitive text', () => {
    const source = encoder.encode('ab'.repeat(500_000));
    const target = encoder.encode(`${'ab'.repeat(250_000)}x${'ba'.repeat(250_000)}`);
    const patch = createPatch({ source, target, text: true }) as Uint8Array;
    expect(applyDelta(source, patch)).toEqual(target);
  });
});
