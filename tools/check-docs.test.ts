import { expect, test } from 'bun:test';
import { checkDocs } from './check-docs.ts';

const check = (documents: Readonly<Record<string, string>>, files: readonly string[] = []) =>
  checkDocs(new Map(Object.entries(documents)), (path) => path in documents || files.includes(path));

test('a link must lead to a file and to a heading that exist', () => {
  const index = '[a](a.md)';
  const a =
    '# Title\n## Health checks: `/readyz`\n[x](../src/x.ts) [h](#health-checks-readyz) [w](https://example.com)';
  expect(check({ 'docs/README.md': index, 'docs/a.md': a }, ['src/x.ts'])).toEqual([]);
  expect(check({ 'docs/README.md': index, 'docs/a.md': a })).toEqual(['docs/a.md: src/x.ts does not exist']);
  expect(check({ 'docs/README.md': `${index}[b](a.md#none)`, 'docs/a.md': '# Title' })).toEqual([
    'docs/README.md: docs/a.md has no heading #none',
  ]);
});

test('links in code are ignored', () => {
  expect(check({ 'README.md': '`[a](b)`\n```\n[c](d)\n```' })).toEqual([]);
});

test('every document in docs must be listed', () => {
  expect(check({ 'docs/README.md': '[a](a.md)', 'docs/a.md': '', 'docs/b.md': '' })).toEqual([
    'docs/README.md does not list docs/b.md',
  ]);
});
