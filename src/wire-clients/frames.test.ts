import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { clientFrame, FrameReader, TEXT } from './frames.ts';

/** A server's frame: a client's frame without mask. */
const serverFrame = (payload: Uint8Array) => clientFrame(payload, { masked: false });

test('a text frame of a client has a zero mask', () => {
  const frame = clientFrame('hey');
  expect([...frame]).toEqual([0x80 | TEXT, 0x83, 0, 0, 0, 0, 0x68, 0x65, 0x79]);
});

test('a frame can be malformed on purpose', () => {
  const frame = clientFrame('hey', { opcode: 5, reservedBits: 0x40, masked: false });
  expect([...frame]).toEqual([0x80 | 0x40 | 5, 3, 0x68, 0x65, 0x79]);
});

test('frames are parsed completely, however the stream is split', () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 65_535, 65_536, 70_000)), { maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(sizes, cuts, (lengths, steps) => {
      const payloads = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
      const stream = Buffer.concat(payloads.map(serverFrame));
      const seen: Buffer[] = [];
      const reader = new FrameReader();
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const step = steps[i % steps.length] ?? 1;
        const chunk = Buffer.concat([stream.subarray(at, at + step), Buffer.from('left over')]);
        reader.push(chunk, Math.min(step, stream.length - at), (buffer, start, end) =>
          seen.push(Buffer.from(buffer.subarray(start, end))),
        );
        at += step;
      }
      expect(seen.length).toBe(payloads.length);
      expect(payloads.every((payload, i) => seen[i]?.equals(payload))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
