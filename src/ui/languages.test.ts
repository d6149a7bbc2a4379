import { expect, test } from 'bun:test';
import { preferredLanguage } from './languages.ts';

test.each([
  [['zh-TW', 'en'], 'zh-CN'],
  [['zh'], 'zh-CN'],
  [['tlh', 'en-GB', 'zh-CN'], 'en'],
  [['tlh', 'zh-HK'], 'zh-CN'],
  [['tlh'], 'en'],
  [[], 'en'],
])('a browser that prefers %p gets %p', (preferred, language) => {
  expect(preferredLanguage(preferred)).toBe(language);
});
