import { WifiOff } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from './app-context.tsx';

/** Short interruptions are not shown. */
const SILENT_MS = 2_000;

/** Says that there is no connection, and lets people try again at once. */
export function ConnectionBanner() {
  const { client } = useApp();
  const { t } = useTranslation();
  const state = useSyncExternalStore(client.connection.subscribe, client.connection.get);
  const isDown = useIsLasting(state.kind !== 'connected', SILENT_MS);
  if (!isDown) return null;
  return (
    <div role="status" className="flex items-center justify-center gap-3 bg-ink px-4 py-1.5 text-sm text-surface">
      <WifiOff size={16} aria-hidden />
      <span>{t('ui.connecting')}</span>
      <button type="button" onClick={client.retryNow} className="underline">
        {t('ui.retryNow')}
      </button>
    </div>
  );
}

/** True once it has been true for that long. */
function useIsLasting(isSo: boolean, milliseconds: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [isSo, milliseconds]);
  return isSo && isLasting;
}
