import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { CloudAlert } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { copyAndTell } from '../ui/clipboard.ts';
import { isMissingPart, reloadOnce } from './missing-part.ts';

/** The error page of a route: the reason, a retry button, and a link back. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const isMissing = isMissingPart(error);
  useEffect(() => {
    // The server has a newer version of the app: the page needs its files.
    if (isMissing) reloadOnce();
  }, [isMissing]);
  const retry = () => {
    // The data that the page failed to show may be cached.
    queries.clear();
    reset();
    void router.invalidate();
  };
  return (
    <main id="main" role="alert" className="flex h-full flex-col items-center justify-center gap-4 p-8 text-center">
      <CloudAlert size={40} className="text-faint" aria-hidden />
      <h1 className="text-lg font-semibold">{t('ui.pageFailed')}</h1>
      <p className="max-w-80 text-sm text-muted">{t(isMissing ? 'ui.pageMissingText' : 'ui.pageFailedText')}</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button variant="primary" onClick={isMissing ? () => location.reload() : retry}>
          {t('ui.retry')}
        </Button>
        <Button onClick={() => void copyAndTell(detailsOf(error), t)}>{t('ui.copyDetails')}</Button>
      </div>
      <Link to="/" className="text-sm text-accent underline" onClick={reset}>
        {t('ui.toStart')}
      </Link>
    </main>
  );
}

function detailsOf(error: unknown): string {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [location.pathname, cause, navigator.userAgent].join('\n\n');
}
