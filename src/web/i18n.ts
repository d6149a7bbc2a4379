import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { accountsLocale } from '../features/accounts/web/locale.ts';
import { chatLocale } from '../features/chat/web/locale.ts';
import { LANGUAGES, type Locale, preferredLanguage } from '../ui/languages.ts';
import { uiLocale } from '../ui/locale.ts';
import { serverErrorsZh } from '../ui/locale-errors.ts';

/** Texts that are loaded with the app; the console's come with it. */
export const LOCALES: readonly Locale[] = [uiLocale, accountsLocale, chatLocale];

const STORED = 'banyan-language';
/** Looked up by `errorText`: the server's messages are English. */
const SERVER_ERRORS: Partial<Record<keyof Locale, Readonly<Record<string, string>>>> = { zh: serverErrorsZh };

/** Adds texts of a part of the app that is loaded later. */
export function addLocale(locale: Locale): void {
  for (const { code, texts } of LANGUAGES) i18next.addResources(code, 'translation', locale[texts]);
}

function translationOf(texts: keyof Locale): Record<string, string> {
  const errors = Object.entries(SERVER_ERRORS[texts] ?? {}).map(([words, text]) => [`error/${words}`, text]);
  return Object.assign(Object.fromEntries(errors), ...LOCALES.map((locale) => locale[texts]));
}

/** Texts of all features, in the language chosen on this device or the browser's. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: localStorage.getItem(STORED) ?? preferredLanguage(navigator.languages),
    fallbackLng: 'en',
    supportedLngs: LANGUAGES.map(({ code }) => code),
    resources: Object.fromEntries(LANGUAGES.map(({ code, texts }) => [code, { translation: translationOf(texts) }])),
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
