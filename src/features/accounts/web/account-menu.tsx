import { Gauge, Keyboard, LogOut, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Avatar, pictureAddress } from '../../../ui/avatar.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { Menu } from '../../../ui/menu.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { useMe, useSignIn } from './account-context.tsx';

type Props = {
  readonly onShortcuts: () => void;
};

/** The person's picture, which opens a menu: settings, the owner's console, help and signing out. */
export function AccountMenu({ onShortcuts }: Props) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const me = useMe();
  const signOut = () =>
    signIn.signOut().catch((error) => showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error'));
  return (
    <Menu
      trigger={
        <button type="button" aria-label={t('accounts.menu')} className="rounded-full">
          <Avatar id={me.id} name={me.displayName} picture={pictureAddress(me.avatar)} size={32} />
        </button>
      }
      items={[
        { key: 'settings', label: t('accounts.settings'), icon: <Settings size={18} />, to: '/settings/profile' },
        ...(me.role === 'owner'
          ? [{ key: 'console', label: t('accounts.console'), icon: <Gauge size={18} />, to: '/admin' }]
          : []),
        {
          key: 'shortcuts',
          label: t('accounts.shortcuts'),
          icon: <Keyboard size={18} />,
          onSelect: onShortcuts,
        },
        { key: 'out', label: t('accounts.signOut'), icon: <LogOut size={18} />, onSelect: () => void signOut() },
      ]}
    />
  );
}
