import { describe, expect, test } from 'bun:test';
import { createTagFilter, type FilterNode } from './tag-filter.ts';

const NODE: FilterNode = { op: '', key: '', cmp: '', val: '', vals: [], nodes: [] };
const tag = (cmp: string, val = '', vals: readonly string[] = []): FilterNode => ({
  ...NODE,
  key: 'k',
  cmp,
  val,
  vals,
});
const of = (op: string, ...nodes: readonly FilterNode[]): FilterNode => ({ ...NODE, op, nodes });

describe('TF a tag filter', () => {
  const CASES: readonly [node: FilterNode, matching: readonly string[], not: readonly string[], whenAbsent: boolean][] =
    [
      [tag('eq', 'a'), ['a'], ['A', '', 'ab'], false],
      [tag('neq', 'a'), ['b', ''], ['a'], true],
      [tag('in', '', ['a', 'b']), ['a', 'b'], ['c', ''], false],
      [tag('nin', '', ['a', 'b']), ['c', ''], ['a', 'b'], true],
      [tag('ex'), ['', 'a'], [], false],
      [tag('nex'), [], ['', 'a'], true],
      [tag('sw', 'ab'), ['ab', 'abc'], ['a', 'cab'], false],
      [tag('ew', 'ab'), ['ab', 'cab'], ['b', 'abc'], false],
      [tag('ct', 'ab'), ['ab', 'cabc'], ['a', 'ba'], false],
      [tag('gt', '1.5'), ['1.50000000000000000001', '2', '+10'], ['1.5', '-2', 'x', '1e3', ''], false],
      [tag('gte', '-1'), ['-1.0', '0'], ['-1.01', '0x1'], false],
      [tag('lt', '9007199254740993'), ['9007199254740992.9'], ['9007199254740993'], false],
      [tag('lte', '0'), ['-0', '0.000'], ['0.001', '1'.repeat(65)], false],
      [of('and', tag('sw', 'a'), tag('ew', 'z')), ['az'], ['a', 'z'], false],
      [of('or', tag('eq', 'a'), tag('nex')), ['a'], ['b'], true],
      [of('not', tag('eq', 'a')), ['b'], ['a'], true],
    ];
  test.each([...CASES])('%j', (node, matching, not, whenAbsent) => {
    const { matches } = createTagFilter(node);
    for (const k of matching) expect([k, matches({ k })]).toEqual([k, true]);
    for (const k of not) expect([k, matches({ k })]).toEqual([k, false]);
    expect([matches(undefined), matches({ other: 'a' })]).toEqual([whenAbsent, whenAbsent]);
  });

  test('does not match inherited object properties', () => {
    expect(createTagFilter({ ...NODE, key: 'toString', cmp: 'ex' }).matches({})).toBe(false);
  });

  test('TF1 equal filters have the same id', () => {
    const id = (node: FilterNode) => createTagFilter(node).id;
    expect(id(tag('in', '', ['a', 'b', 'a']))).toBe(id(tag('in', '', ['b', 'a'])));
    expect(id(of('and', tag('ex')))).not.toBe(id(of('or', tag('ex'))));
    expect(id(tag('eq', 'a'))).not.toBe(id(tag('neq', 'a')));
  });
});
