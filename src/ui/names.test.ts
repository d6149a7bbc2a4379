import { expect, test } from 'bun:test';
import { formatNames } from './names.ts';

test.each([
  ['en', ['Ann'], 'Ann'],
  ['en', ['Ann', 'Ben'], 'Ann and Ben'],
  ['en', ['Ann', 'Ben', 'Cam'], 'Ann, Ben, and Cam'],
  ['zh-CN', ['甲', '乙'], '甲和乙'],
  ['zh-CN', ['甲', '乙', '丙'], '甲、乙和丙'],
])('%s joins %j', (language, names, joined) => {
  expect(formatNames(names, language)).toBe(joined);
});
