import { useParams } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../features/accounts/web/account-context.tsx';
import { AppearanceSettings } from '../features/accounts/web/appearance-settings.tsx';
import { DeviceSettings } from '../features/accounts/web/device-settings.tsx';
import { PeopleSettings } from '../features/accounts/web/people-settings.tsx';
import { ProfileSettings } from '../features/accounts/web/profile-settings.tsx';
import { AppLink, IconLink } from '../ui/app-link.tsx';
import { SECTIONS } from './settings-sections.ts';

/** The signed-in person's settings, and for admins the installation's people. */
export function SettingsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const asked = useParams({ strict: false }).section;
  const manages = me.role === 'owner' || me.role === 'admin';
  const sections = SECTIONS.filter((section) => section !== 'people' || manages);
  const current = sections.find((section) => section === asked) ?? 'profile';
  return (
    <div className="flex h-full min-h-0 max-md:flex-col">
      <nav
        aria-label={t('accounts.settings')}
        className="w-64 shrink-0 border-r border-line p-3 max-md:w-full max-md:border-r-0 max-md:border-b"
      >
        <div className="mb-3 flex items-center gap-2 max-md:mb-1">
          <IconLink label={t('accounts.back')} to="/">
            <ArrowLeft size={20} />
          </IconLink>
          <h1 className="text-lg font-semibold">{t('accounts.settings')}</h1>
        </div>
        <ul className="flex flex-col gap-1 max-md:flex-row max-md:overflow-x-auto">
          {sections.map((section) => (
            <li key={section}>
              <AppLink
                to={`/settings/${section}`}
                aria-current={section === current ? 'page' : undefined}
                className={`block rounded-lg px-3 py-2 text-left whitespace-nowrap ${section === current ? 'bg-accent-soft font-medium' : 'hover:bg-sunken'}`}
              >
                {t(`accounts.${section}`)}
              </AppLink>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto p-6 outline-none max-md:p-4">
        <div className="mx-auto max-w-2xl">
          <h2 className="mb-6 text-xl font-semibold">{t(`accounts.${current}`)}</h2>
          {current === 'profile' && <ProfileSettings />}
          {current === 'devices' && <DeviceSettings />}
          {current === 'appearance' && <AppearanceSettings />}
          {current === 'people' && <PeopleSettings />}
        </div>
      </main>
    </div>
  );
}
