/** The languages of the screens: `texts` is the key of each `locale.ts` under which their texts are. */
export const LANGUAGES = [
  { code: 'en', texts: 'en', label: 'English' },
  { code: 'zh-CN', texts: 'zh', label: '简体中文' },
] as const;

type Texts = Readonly<Record<string, string>>;
/** Texts by their keys, in each language. */
export type Locale = Readonly<Record<(typeof LANGUAGES)[number]['texts'], Texts>>;

/** The language that a browser prefers, of those that there are; English for none. */
export function preferredLanguage(preferred: readonly string[]): string {
  for (const tag of preferred) {
    const found = LANGUAGES.find(({ texts }) => tag.toLowerCase().split('-')[0] === texts);
    if (found !== undefined) return found.code;
  }
  return 'en';
}
