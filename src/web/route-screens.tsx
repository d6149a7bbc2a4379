import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Compass, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/app-link.tsx';
import { focusIfLost } from '../ui/arrival.ts';
import { Button } from '../ui/button.tsx';
import { copyAndTell } from '../ui/clipboard.ts';
import { PageNotLoaded } from './lazy-page.tsx';
import { reportOf } from './report.ts';

/** In the place of a page that threw an error: what happened, and the ways on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const isUnloaded = error instanceof PageNotLoaded;
  const [now] = useState(() => new Date());
  const report = reportOf(error, router.state.matches.at(-1)?.routeId ?? '?', now);
  const retry = () => {
    if (isUnloaded) error.again();
    // What the page could not show may be among what was read.
    queries.clear();
    reset();
    void router.invalidate();
  };
  return (
    <Notice
      icon={<TriangleAlert size={40} aria-hidden />}
      title={t('ui.pageFailed')}
      text={isUnloaded ? t(error.isReachable ? 'ui.pageMissingText' : 'ui.pageLostText') : t('ui.pageFailedText')}
      details={report}
    >
      <Button variant="primary" onClick={retry}>
        {t('ui.retry')}
      </Button>
      <Button className="border border-line" onClick={() => void copyAndTell(report, t)}>
        {t('ui.copyDetails')}
      </Button>
      <ButtonLink to="/">{t('ui.toStart')}</ButtonLink>
    </Notice>
  );
}

/** For an address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Notice icon={<Compass size={40} aria-hidden />} title={t('ui.notFound')} text={t('ui.notFoundText')}>
      <ButtonLink to="/" variant="primary">
        {t('ui.toStart')}
      </ButtonLink>
    </Notice>
  );
}

type NoticeProps = {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  /** What a report of it needs. */
  readonly details?: string;
  readonly children: ReactNode;
};

function Notice({ icon, title, text, details, children }: NoticeProps) {
  return (
    <main
      ref={focusIfLost}
      id="main"
      role={details === undefined ? undefined : 'alert'}
      tabIndex={-1}
      className="flex h-full flex-col items-center overflow-y-auto bg-surface p-6 outline-none"
    >
      <div className="my-auto flex w-full max-w-md flex-col items-center gap-3 text-center">
        <span className="text-faint">{icon}</span>
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="text-muted">{text}</p>
        <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>
        {details !== undefined && <Details text={details} />}
      </div>
    </main>
  );
}

function Details({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <details className="mt-6 w-full rounded-lg border border-line px-3 py-2 text-left">
      <summary className="cursor-pointer text-sm font-medium">{t('ui.details')}</summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which has to be possible with the keyboard
        tabIndex={0}
        className="mt-2 max-h-60 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-words"
      >
        {text}
      </pre>
    </details>
  );
}
