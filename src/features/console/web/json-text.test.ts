import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { jsonProblem, prettyJson } from './json-text.ts';

describe('formatted JSON', () => {
  test('has the usual layout', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 4), (value, space) => {
        expect(prettyJson(JSON.stringify(value, null, space))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  test('keeps what parsing and serializing would change', () => {
    expect(prettyJson('{"big":12345678901234567890,"price":1.50,"big":1e2}')).toBe(
      '{\n  "big": 12345678901234567890,\n  "price": 1.50,\n  "big": 1e2\n}',
    );
  });

  test('is fast for a long text, and ends for invalid JSON', () => {
    const long = `[${'" ", '.repeat(50_000)}"\\""]`;
    expect(JSON.parse(prettyJson(long))).toHaveLength(50_001);
    for (const text of ['', '}', ']]]{', '"', '"\\', '{"a":', '\u0000']) expect(typeof prettyJson(text)).toBe('string');
  });
});

describe('the error in a text that should be JSON', () => {
  test('is absent for valid JSON', () => {
    for (const text of ['1', '"x"', ' {"a": [null, true]}\n']) expect(jsonProblem(text)).toBeNull();
  });

  test('has its position, if the engine reports it', () => {
    for (const text of ['', '{', '{\n  "a": x\n}', 'undefined']) {
      const problem = jsonProblem(text);
      expect(problem).not.toBeNull();
      expect(problem?.line).toBeGreaterThanOrEqual(0);
    }
  });
});
