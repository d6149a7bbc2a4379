import { expect, test } from 'bun:test';
import { checkSizes } from './check-sizes.ts';

const lines = (count: number) => 'f();\n'.repeat(count);
const check = (path: string, source: string, exempt = {}) => checkSizes(new Map([[path, source]]), exempt);

test('a file of 600 lines passes, one more does not, unless it is exempt', () => {
  expect(check('src/core/a.ts', lines(600))).toEqual([]);
  expect(check('src/core/a.ts', lines(601))).toEqual(['src/core/a.ts has 601 lines, more than 600']);
  expect(check('src/core/a.ts', lines(601), { 'src/core/a.ts': 'a table' })).toEqual([]);
});

test('a function of 80 lines passes, one more does not, of any kind', () => {
  const kinds = [
    (body: string) => `function a() {\n${body}}\n`,
    (body: string) => `const a = () => {\n${body}};\n`,
    (body: string) => `class A {\n  a() {\n${body}}\n}\n`,
    (body: string) => `const a = { get b() {\n${body}} };\n`,
  ];
  for (const kind of kinds) {
    expect(check('src/core/a.ts', kind(lines(78)))).toEqual([]);
    expect(check('src/core/a.ts', kind(lines(79)))).toHaveLength(1);
  }
  expect(check('src/core/a.ts', `\n\n${kinds[0]?.(lines(79))}`)).toEqual([
    'src/core/a.ts:3 has a function of 81 lines, more than 80',
  ]);
});

test('functions in a describe count separately, but only in tests', () => {
  const source = `describe('x', () => {\n${`  test('y', () => {\n${lines(40)}  });\n`.repeat(3)}});\n`;
  expect(check('src/core/a.test.ts', source)).toEqual([]);
  expect(check('src/core/a.ts', source)).toHaveLength(1);
});
