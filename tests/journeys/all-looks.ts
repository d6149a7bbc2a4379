import type { BrowserContextOptions, Page } from 'playwright-core';
import { consoleLocale } from '../../src/features/console/web/locale.ts';
import { LOCALES } from '../../src/web/i18n.ts';
import { inspect } from './inspection.ts';
import { DESKTOP, type Person } from './stage.ts';

/** Together they cover every pair of theme, size and language. */
export const LOOKS = [
  { name: 'desktop-light-en', size: 'desktop', colorScheme: 'light', language: 'en' },
  { name: 'desktop-dark-zh', size: 'desktop', colorScheme: 'dark', language: 'zh' },
  { name: 'phone-light-zh', size: 'phone', colorScheme: 'light', language: 'zh' },
  { name: 'phone-dark-en', size: 'phone', colorScheme: 'dark', language: 'en' },
] as const;
export type Look = (typeof LOOKS)[number];
type Texts = Readonly<Record<string, string>>;
/** How to open a screen from any page. */
export type Screens = Readonly<Record<string, (page: Page, t: (key: string) => string) => Promise<unknown>>>;

const SIZES = {
  desktop: { viewport: DESKTOP },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

export function optionsOf({ size, colorScheme, language }: Look): BrowserContextOptions {
  return { ...SIZES[size], colorScheme, locale: language === 'zh' ? 'zh-CN' : 'en-US' };
}

/** Goes through the screens and returns the problems found. */
export async function lookAt({ page }: Person, look: Look, screens: Screens): Promise<readonly string[]> {
  const texts: Texts = Object.assign({}, ...[...LOCALES, consoleLocale].map((locale) => locale[look.language]));
  const t = (key: string) => texts[key] ?? key;
  const problems: string[] = [];
  for (const [name, open] of Object.entries(screens)) {
    await open(page, t);
    problems.push(...(await inspect(page, `${look.name}/${name}`)));
  }
  return problems;
}
