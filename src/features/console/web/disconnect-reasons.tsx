import { useTranslation } from 'react-i18next';
import { disconnectsOf, type Series } from './metrics-state.ts';
import { formatCount } from './numbers.ts';

/** Reasons with a translation; others are shown by their names. */
const REASONS = [
  ...['connectionClosed', 'shutdown', 'internal', 'expired', 'slow', 'insufficientState', 'forceReconnect', 'noPong'],
  ...['tooManyRequests', 'invalidToken', 'badRequest', 'stale', 'forceDisconnect', 'connectionLimit'],
  ...['permissionDenied', 'notAvailable', 'subscriptionExpired'],
];

type Props = { readonly series: Series; readonly seconds: number };

/** Why the server ended connections, and how many. */
export function DisconnectReasons({ series, seconds }: Props) {
  const { t, i18n } = useTranslation();
  const reasons = disconnectsOf(series, seconds);
  const most = reasons[0]?.[1] ?? 1;
  return (
    <section
      aria-label={t('console.disconnects')}
      className="rounded-2xl border border-line bg-raised p-4 lg:col-span-2"
    >
      <h3 className="mb-3 font-medium">{t('console.disconnects')}</h3>
      {reasons.length === 0 ? (
        <p className="text-sm text-muted">{t('console.noDisconnects')}</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {reasons.map(([reason, count]) => (
            <li key={reason} className="grid grid-cols-[minmax(8rem,16rem)_1fr_auto] items-center gap-3 text-sm">
              <span className="truncate">{REASONS.includes(reason) ? t(`console.reason.${reason}`) : reason}</span>
              <span aria-hidden className="h-2 rounded-full bg-sunken">
                <span
                  className="block h-2 min-w-1 rounded-full bg-chart-2"
                  style={{ width: `${(count / most) * 100}%` }}
                />
              </span>
              <span className="font-semibold tabular-nums">{formatCount(count, i18n.language)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
