import { expect, test } from 'bun:test';
import { missingEntries } from './complete-lock.mjs';

const parent = (optionalDependencies: Record<string, string>) => ({
  version: '1.0.0',
  license: 'MIT',
  dev: true,
  optionalDependencies,
});

test('an omitted package for another platform is generated from its name', () => {
  const packages = {
    '': {},
    'node_modules/parser': parent({
      '@parser/linux-x64-gnu': '1.2.3',
      '@parser/win32-arm64-msvc': '1.2.3',
      '@parser/wasm32-wasi': '1.2.3',
    }),
    'node_modules/@parser/linux-x64-gnu': { version: '1.2.3' },
  };
  const common = { version: '1.2.3', dev: true, license: 'MIT', optional: true };
  expect(missingEntries(packages)).toEqual({
    'node_modules/@parser/win32-arm64-msvc': { ...common, cpu: ['arm64'], os: ['win32'] },
    'node_modules/@parser/wasm32-wasi': { ...common, cpu: ['wasm32'] },
  });
});

test('a complete lock lacks nothing, wherever packages are installed', () => {
  const packages = {
    'node_modules/a': parent({ 'x-linux-x64': '1.0.0' }),
    'node_modules/a/node_modules/b': parent({ 'x-linux-x64': '1.0.0', 'y-linux-x64': '1.0.0' }),
    'node_modules/x-linux-x64': {},
    'node_modules/a/node_modules/b/node_modules/y-linux-x64': {},
  };
  expect(missingEntries(packages)).toEqual({});
});

test('an entry that cannot be generated is refused', () => {
  for (const [name, version] of [
    ['fast-thing', '1.0.0'],
    ['x-linux-x64', '^1.0.0'],
    ['x-x64', '1.0.0'],
  ] as const) {
    expect(() => missingEntries({ 'node_modules/a': parent({ [name]: version }) })).toThrow('add it by hand');
  }
});
