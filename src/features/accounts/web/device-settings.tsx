import { MonitorSmartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { formatAgo } from '../../../ui/dates.ts';
import { failureText } from '../../../ui/error-text.ts';
import { useOperation } from '../../../ui/queries.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { Section } from './section.tsx';

/** The person's signed-in devices. */
export function DeviceSettings() {
  const { t } = useTranslation();
  const { client } = useApp();
  const { data, isError, refetch } = useOperation(client, 'accounts.devices', {});
  const signOut = (device: string) =>
    client.call('accounts.signOutDevice', { device }).then(
      () => refetch(),
      (error: Error) => showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error'),
    );
  if (isError) return <ErrorState text={t('accounts.loadFailed')} onRetry={() => void refetch()} />;
  return (
    <Section title={t('accounts.devices')} text={t('accounts.devicesText')}>
      {data === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : (
        <ul className="flex flex-col divide-y divide-line">
          {data.devices.map((device) => (
            <DeviceRow key={device.id} device={device} onSignOut={() => void signOut(device.id)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function DeviceRow({ device, onSignOut }: { readonly device: Device; readonly onSignOut: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <li className="flex items-center gap-4 py-3">
      <MonitorSmartphone size={24} className="shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {device.label}
          {device.current && (
            <span className="ml-2 rounded-full bg-accent-soft px-2 py-0.5 text-xs">{t('accounts.thisDevice')}</span>
          )}
        </p>
        <p className="truncate text-sm text-muted">
          {device.address} · {t('accounts.lastActive', { when: formatAgo(device.lastSeenAt, i18n.language) })}
        </p>
      </div>
      {!device.current && <Button onClick={onSignOut}>{t('accounts.signOut')}</Button>}
    </li>
  );
}
