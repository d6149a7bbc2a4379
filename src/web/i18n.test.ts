import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleLocale } from '../features/console/web/locale.ts';
import { LANGUAGES, type Locale } from '../ui/languages.ts';
import { LOCALES as FIRST } from './i18n.ts';

/** Including texts loaded later. */
const LOCALES = [...FIRST, consoleLocale];

const SOURCES = join(import.meta.dir, '..');
/** i18next chooses one of a text's plural forms by `count`. */
const PLURAL = /_(?:one|other)$/;

const languages = LANGUAGES.map(({ texts }) => texts);
const keys = LOCALES.flatMap(({ en }) => Object.keys(en));
const textsOf = (language: keyof Locale) => new Map(LOCALES.flatMap((locale) => Object.entries(locale[language])));
const placeholders = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe('the texts of the web app', () => {
  test('have keys that no two features share', () => {
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test.each(languages)('exist in %s, under the same keys as in English', (language) => {
    for (const locale of LOCALES) expect(Object.keys(locale[language])).toEqual(Object.keys(locale.en));
  });

  test.each(keys)('%s has the same placeholders in all languages, and is not empty', (key) => {
    const english = textsOf('en').get(key);
    for (const text of languages.map((language) => textsOf(language).get(key))) {
      expect(placeholders(text)).toEqual(placeholders(english));
      expect(text?.trim()).toBeTruthy();
      expect(text?.replaceAll(/\{\{\w+\}\}/g, '')).not.toMatch(/[{}]/);
    }
  });

  test('in Chinese are Chinese, with Chinese punctuation', () => {
    const texts = [...textsOf('zh')].map(([key, text]) => [key, text.replaceAll(/\{\{\w+\}\}/g, '')] as const);
    const latin = texts.filter(([, text]) => !/\p{Script=Han}|^[^\p{L}]*$/u.test(text)).map(([key]) => key);
    expect(latin).toEqual([]);
    expect(texts.filter(([, text]) => /\p{Script=Han}[,;:!?()]/u.test(text)).map(([key]) => key)).toEqual([]);
  });

  test('have both plural forms, and a count', () => {
    for (const key of keys.filter((each) => PLURAL.test(each))) {
      const stem = key.replace(PLURAL, '');
      expect(keys).toContain(`${stem}_one`);
      expect(keys).toContain(`${stem}_other`);
      expect(placeholders(textsOf('en').get(key))).toContain('count');
    }
  });
});

describe('the screens', () => {
  const sources = sourcesIn(SOURCES);
  const asked = new Set(
    sources.flatMap((text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key ?? '')),
  );
  const stems = new Set(keys.map((key) => key.replace(PLURAL, '')));

  test('use only existing texts', () => {
    expect([...asked].filter((key) => !stems.has(key))).toEqual([]);
    expect(asked.size).toBeGreaterThan(50);
  });

  test('use every text', () => {
    const all = sources.join('\n');
    expect([...stems].filter((key) => !all.includes(`'${key}'`) && !isBuilt(key, all))).toEqual([]);
  });
});

/** Keys may be composed, as in t(`accounts.${section}`) with a 'profile' somewhere. */
function isBuilt(key: string, sources: string): boolean {
  const dot = key.lastIndexOf('.') + 1;
  return sources.includes(`\`${key.slice(0, dot)}\${`) && sources.includes(`'${key.slice(dot)}'`);
}

/** The browser's code, without the texts themselves. */
function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(?:ui|web|features\/[a-z]+\/web)\//.test(path) && /(?<!\.test)\.tsx?$/.test(path))
    .filter((path) => !path.endsWith('locale.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}
