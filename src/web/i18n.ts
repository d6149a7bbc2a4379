import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { accountsLocale } from '../features/accounts/web/locale.ts';
import { chatLocale } from '../features/chat/web/locale.ts';
import { uiLocale } from '../ui/locale.ts';
import { serverErrorsZh } from '../ui/locale-errors.ts';

export const LOCALES = [uiLocale, accountsLocale, chatLocale] as const;
/** Texts by their keys, in each language. */
type Locale = { readonly en: Readonly<Record<string, string>>; readonly zh: Readonly<Record<string, string>> };

const STORED = 'banyan-language';

/** Adds texts of a part of the app that is loaded later. */
export function addLocale({ en, zh }: Locale): void {
  i18next.addResources('en', 'translation', en);
  i18next.addResources('zh-CN', 'translation', zh);
}

/** Looked up by `errorText`. */
function serverErrors(): Record<string, string> {
  return Object.fromEntries(Object.entries(serverErrorsZh).map(([words, text]) => [`error/${words}`, text]));
}

/** Texts of all features, in the language chosen on this device or the browser's. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: localStorage.getItem(STORED) ?? (navigator.language.startsWith('zh') ? 'zh-CN' : 'en'),
    fallbackLng: 'en',
    supportedLngs: ['en', 'zh-CN'],
    resources: {
      en: { translation: Object.assign({}, ...LOCALES.map(({ en }) => en)) },
      'zh-CN': { translation: Object.assign(serverErrors(), ...LOCALES.map(({ zh }) => zh)) },
    },
    // Keys contain dots, and server messages colons; React escapes.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    localStorage.setItem(STORED, language);
  });
}
