import { expect, test } from 'bun:test';
import { checkSpec } from './check-spec.ts';

const SPEC = '- **ZZ1** One.\n- **ZZ2** Two,\n  as ZZ1 says.\n- **ZZ3** Three.\n';

test('a rule counts as tested when a test cites it, alone or in a range', () => {
  expect(checkSpec(SPEC, ["test('ZZ1: …')", "test('ZZ2, ZZ3 …')"])).toEqual([]);
  expect(checkSpec(SPEC, ["describe('ZZ1 to ZZ3')"])).toEqual([]);
  expect(checkSpec(SPEC, ["describe('ZZ1–ZZ3')"])).toEqual([]);
});

test('a rule that no test cites is named', () => {
  expect(checkSpec(SPEC, ["test('ZZ1 ZZ3')"])).toEqual(['no test cites the rule ZZ2 of docs/spec.md']);
});

test('a number that two rules have is named', () => {
  expect(checkSpec(`${SPEC}- **ZZ2** Another.\n`, ['ZZ1 ZZ2 ZZ3'])).toEqual(['docs/spec.md has two rules ZZ2']);
});
