import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { BINARY, clientFrame, FrameReader, TEXT } from './frames.ts';

/** A server's frame: a client's frame without mask. */
function serverFrame(payload: Uint8Array): Uint8Array {
  const masked = clientFrame(payload, BINARY);
  const header = masked.length - payload.length - 4;
  const frame = new Uint8Array(header + payload.length);
  frame.set(masked.subarray(0, header));
  frame[1] = (masked[1] ?? 0) & 0x7f;
  frame.set(payload, header);
  return frame;
}

test('a text frame of a client has a zero mask', () => {
  const frame = clientFrame(new TextEncoder().encode('hey'));
  expect([...frame]).toEqual([0x80 | TEXT, 0x83, 0, 0, 0, 0, 0x68, 0x65, 0x79]);
});

test('frames come out whole, however the stream is cut', () => {
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
