import { expect, test } from 'bun:test';
import { preferredLanguage } from './languages.ts';

test.each([
  [['zh-TW', 'en'], 'zh-CN'],
  [['zh'], 'zh-CN'],
  [['de-DE', 'en-GB', 'zh-CN'], 'en'],
  [['de-DE', 'zh-HK'], 'zh-CN'],
  [['fr'], 'en'],
  [[], 'en'],
])('a browser that prefers %p gets %p', (preferred, language) => {
  expect(preferredLanguage(preferred)).toBe(language);
});
