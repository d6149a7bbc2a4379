import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../../../ui/languages.ts';
import { chooseTheme, chosenTheme, type Theme } from '../../../ui/theme.ts';
import { Choices } from './choices.tsx';
import { Section } from './section.tsx';

const THEMES: readonly { readonly value: Theme; readonly key: string }[] = [
  { value: 'system', key: 'accounts.themeSystem' },
  { value: 'light', key: 'accounts.themeLight' },
  { value: 'dark', key: 'accounts.themeDark' },
];

/** Language and theme, stored on this device. */
export function AppearanceSettings() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = useState(chosenTheme);
  const pickTheme = (value: Theme) => {
    chooseTheme(value);
    setTheme(value);
  };
  return (
    <>
      <Section title={t('accounts.language')}>
        <Choices
          name="language"
          label={t('accounts.language')}
          value={i18n.language}
          options={LANGUAGES.map(({ code, label }) => ({ value: code, label }))}
          onPick={(language) => void i18n.changeLanguage(language)}
        />
      </Section>
      <Section title={t('accounts.theme')}>
        <Choices
          name="theme"
          label={t('accounts.theme')}
          value={theme}
          options={THEMES.map(({ value, key }) => ({ value, label: t(key) }))}
          onPick={pickTheme}
        />
      </Section>
    </>
  );
}
