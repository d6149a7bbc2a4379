import { expect, test } from 'bun:test';
import { checkRenders } from './check-renders.ts';

const check = (body: string, path = 'src/ui/a.tsx') =>
  checkRenders(new Map([[path, `import { useRef, useState } from 'react';\nexport function A() {\n${body}\n}\n`]]));

test('a ref that is written while rendering is reported with its line', () => {
  expect(check('  const last = useRef(0);\n  last.current = 1;\n  return <p />;')).toEqual([
    'src/ui/a.tsx:4 Cannot access refs during render (Refs)',
  ]);
});

test('a ref that is written in an event handler is allowed', () => {
  const body = '  const last = useRef(0);\n  return <button onClick={() => { last.current = 1; }} />;';
  expect(check(body)).toEqual([]);
});

test('state that is set while rendering is reported', () => {
  expect(check('  const [value, set] = useState(0);\n  set(value + 1);\n  return <p />;')).toHaveLength(1);
});

test('a hook that is called conditionally is reported', () => {
  expect(check('  if (Math.random() > 2) useState(0);\n  return <p />;').join()).toContain('(Hooks)');
});

test('only the web app is checked', () => {
  expect(check('  const last = useRef(0);\n  last.current = 1;\n  return <p />;', 'src/core/a.tsx')).toEqual([]);
});
