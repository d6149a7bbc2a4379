import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { bytesOfJson, jsonOfBytes } from './binary-data.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

test('JSON stays as written, but on one line', () => {
  expect(jsonOfBytes(encoder.encode('{"n": 12345678901234567890,\r\n "t":"a\\nb"}'))).toBe(
    '{"n": 12345678901234567890,  "t":"a\\nb"}',
  );
  expect(decoder.decode(bytesOfJson('{"a":1}'))).toBe('{"a":1}');
});

test('other bytes are restored unchanged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      const json = jsonOfBytes(data);
      expect(json).not.toContain('\n');
      expect(() => JSON.parse(json)).not.toThrow();
      const back = bytesOfJson(json);
      // Bytes that are JSON keep their meaning; all others keep their bytes.
      if (json.startsWith('{"$binary":')) expect(back).toEqual(data);
      else expect(JSON.parse(decoder.decode(back))).toEqual(JSON.parse(decoder.decode(data)));
    }),
  );
  expect(bytesOfJson(jsonOfBytes(new Uint8Array(100_000).fill(255)))).toHaveLength(100_000);
});

test('only our own wrappers are unwrapped', () => {
  for (const json of ['{"$binary":"a b"}', '{"$binary":"AQI=","x":1}', '{"$binary":5}']) {
    expect(decoder.decode(bytesOfJson(json))).toBe(json);
  }
});
