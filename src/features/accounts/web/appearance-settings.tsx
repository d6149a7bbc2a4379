import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseTheme, chosenTheme, type Theme } from '../../../ui/theme.ts';
import { Section } from './section.tsx';

const THEMES: readonly { readonly value: Theme; readonly key: string }[] = [
  { value: 'system', key: 'accounts.themeSystem' },
  { value: 'light', key: 'accounts.themeLight' },
  { value: 'dark', key: 'accounts.themeDark' },
];
const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'zh-CN', label: '简体中文' },
] as const;

/** Language and theme, kept on this device. */
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
          options={LANGUAGES}
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

type ChoicesProps<T extends string> = {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onPick: (value: T) => void;
};

function Choices<T extends string>({ name, label, value, options, onPick }: ChoicesProps<T>) {
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={`cursor-pointer rounded-lg border px-4 py-2 focus-within:outline-2 focus-within:outline-accent ${value === option.value ? 'border-accent bg-accent-soft' : 'border-line'}`}
        >
          <input
            type="radio"
            name={name}
            checked={value === option.value}
            onChange={() => onPick(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
