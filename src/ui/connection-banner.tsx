import { WifiOff } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from './app-context.tsx';

/** Short breaks are nobody's business. */
const SILENT_MS = 2_000;

/** Says that the line is down, when the next try is, and lets people try at once. */
export function ConnectionBanner() {
  const { client } = useApp();
  const { t } = useTranslation();
  const state = useSyncExternalStore(client.connection.subscribe, client.connection.get);
  const now = useSeconds(state.kind !== 'connected');
  const since = useDownSince(state.kind === 'connected');
  if (since === null || now - since < SILENT_MS) return null;
  const seconds =
    state.kind === 'connecting' && state.retryAt !== undefined ? Math.ceil((state.retryAt - now) / 1_000) : 0;
  return (
    <div role="status" className="flex items-center justify-center gap-3 bg-ink px-4 py-1.5 text-sm text-surface">
      <WifiOff size={16} aria-hidden />
      <span>{seconds > 0 ? t('ui.retryIn', { seconds }) : t('ui.connecting')}</span>
      {seconds > 0 && (
        <button type="button" onClick={client.retryNow} className="underline">
          {t('ui.retryNow')}
        </button>
      )}
    </div>
  );
}

/** When the line went down, or null while it is up. */
function useDownSince(isUp: boolean): number | null {
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => setSince(isUp ? null : Date.now()), [isUp]);
  return since;
}

/** The time, looked at once a second while wanted. */
function useSeconds(isWanted: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isWanted) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isWanted]);
  return now;
}
