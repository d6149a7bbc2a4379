import { Activity, AppWindow, ArrowLeft, KeyRound, MailWarning, Plug, Radio, ShieldX } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink, IconLink } from '../../../ui/app-link.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Apps } from './apps.tsx';
import { ChannelDetails } from './channel-details.tsx';
import { Channels } from './channels.tsx';
import { ConnectionDetails } from './connection-details.tsx';
import { Connections } from './connections.tsx';
import { ConsoleProvider, PlaceLink, useConsole } from './console-context.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { latest } from './metrics-state.ts';
import { formatCount } from './numbers.ts';
import { Overview } from './overview.tsx';
import { COUNTED, type Place, type Section, STARTS, sectionOf } from './place.ts';
import { useMetrics } from './use-metrics.ts';

type Props = {
  readonly place: Place;
  readonly go: (place: Place, how?: { readonly replace?: boolean }) => void;
};

const ICONS: Readonly<Record<Section, ReactNode>> = {
  overview: <Activity size={18} aria-hidden />,
  connections: <Plug size={18} aria-hidden />,
  channels: <Radio size={18} aria-hidden />,
  keys: <KeyRound size={18} aria-hidden />,
  apps: <AppWindow size={18} aria-hidden />,
  deadLetters: <MailWarning size={18} aria-hidden />,
};

/** The owner's console. */
export function Console({ place, go }: Props) {
  const { metrics, retry } = useMetrics();
  useTitle();
  return (
    <ConsoleProvider value={{ place, go, metrics }}>
      <div className="flex h-full min-h-0 bg-surface max-md:flex-col">
        <Sections />
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto p-6 outline-none max-md:p-4">
          <div className="mx-auto max-w-6xl">
            <CurrentScreen onRetryMetrics={retry} />
          </div>
        </main>
      </div>
    </ConsoleProvider>
  );
}

/** Sets the page title for the browser's tabs and history. */
function useTitle(): void {
  const { t } = useTranslation();
  const title = `${t('console.title')} · Banyan`;
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}

/** For people who are not owners. */
export function NoConsole() {
  const { t } = useTranslation();
  return (
    <main id="main" className="h-full">
      <h1 className="sr-only">{t('console.title')}</h1>
      <EmptyState
        icon={<ShieldX size={40} />}
        title={t('console.ownersOnly')}
        text={t('console.ownersOnlyText')}
        action={
          <ButtonLink to="/" variant="primary">
            {t('console.back')}
          </ButtonLink>
        }
      />
    </main>
  );
}

function Sections() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t('console.title')}
      className="w-60 shrink-0 border-r border-line p-3 max-md:w-full max-md:border-r-0 max-md:border-b max-md:pb-2"
    >
      <div className="mb-3 flex items-center gap-2 max-md:mb-1">
        <IconLink label={t('console.back')} to="/">
          <ArrowLeft size={20} />
        </IconLink>
        <h1 className="text-lg font-semibold">{t('console.title')}</h1>
      </div>
      <ul className="flex flex-col gap-1 max-md:flex-row max-md:overflow-x-auto">
        {(Object.keys(STARTS) as Section[]).map((section) => (
          <li key={section}>
            <SectionLink section={section} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SectionLink({ section }: { readonly section: Section }) {
  const { t, i18n } = useTranslation();
  const { place, metrics } = useConsole();
  const isCurrent = sectionOf(place.screen) === section;
  const link = useRef<HTMLAnchorElement>(null);
  // On phones the sections are in one row, and the current one may be out of view.
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isCurrent]);
  const measure = COUNTED[section];
  const count = measure === undefined || metrics.kind !== 'ready' ? undefined : latest(metrics.series, measure);
  return (
    <PlaceLink
      ref={link}
      to={STARTS[section]}
      aria-current={isCurrent ? 'page' : undefined}
      className={`flex items-center gap-3 rounded-lg px-3 py-2 whitespace-nowrap max-md:gap-2 ${isCurrent ? 'bg-accent-soft font-medium' : 'hover:bg-sunken'}`}
    >
      <span className={isCurrent ? 'text-accent' : 'text-muted'}>{ICONS[section]}</span>
      <span className="flex-1">{t(`console.${section}`)}</span>
      {typeof count === 'number' && (
        <span className="text-xs text-muted tabular-nums max-md:hidden">{formatCount(count, i18n.language)}</span>
      )}
    </PlaceLink>
  );
}

function CurrentScreen({ onRetryMetrics }: { readonly onRetryMetrics: () => void }) {
  const { place } = useConsole();
  switch (place.screen) {
    case 'overview':
      return <Overview range={place.range} onRetry={onRetryMetrics} />;
    case 'connections':
      return <Connections {...place} />;
    case 'connection':
      return <ConnectionDetails key={place.client} client={place.client} />;
    case 'channels':
      return <Channels {...place} />;
    case 'channel':
      return <ChannelDetails key={place.channel} channel={place.channel} />;
    case 'keys':
      return <ApiKeys />;
    case 'apps':
      return <Apps />;
    case 'deadLetters':
      return <DeadLetters {...place} />;
    default:
      return place satisfies never;
  }
}
