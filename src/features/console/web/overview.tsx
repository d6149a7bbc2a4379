import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Measure } from '../../../contracts/console/events.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { ChartCard, type ChartKind } from './chart-card.tsx';
import { useConsole } from './console-context.tsx';
import { DisconnectReasons } from './disconnect-reasons.tsx';
import { latest, type Series } from './metrics-state.ts';
import { formatCount, formatValue, type Unit } from './numbers.ts';
import { RANGES, type Range } from './place.ts';
import { ScreenHeader } from './screen-header.tsx';

/** The most important numbers. */
const TILES: readonly { readonly measure: Measure; readonly label: string; readonly unit: Unit }[] = [
  { measure: 'connections', label: 'console.connections', unit: 'count' },
  { measure: 'users', label: 'console.users', unit: 'count' },
  { measure: 'channels', label: 'console.channels', unit: 'count' },
  { measure: 'subscriptions', label: 'console.subscriptions', unit: 'count' },
  { measure: 'publications', label: 'console.publications', unit: 'rate' },
  { measure: 'deliveries', label: 'console.deliveries', unit: 'rate' },
];

const quantiles = (of: 'delivery' | 'append') => [
  { measure: `${of}P50` as const, label: 'console.p50' },
  { measure: `${of}P95` as const, label: 'console.p95' },
  { measure: `${of}P99` as const, label: 'console.p99' },
];

const CHARTS: readonly ChartKind[] = [
  {
    title: 'console.chart.who',
    unit: 'count',
    lines: [
      { measure: 'connections', label: 'console.connections' },
      { measure: 'users', label: 'console.users' },
    ],
  },
  {
    title: 'console.chart.what',
    unit: 'count',
    lines: [
      { measure: 'channels', label: 'console.channels' },
      { measure: 'subscriptions', label: 'console.subscriptions' },
    ],
  },
  {
    title: 'console.chart.traffic',
    unit: 'rate',
    lines: [
      { measure: 'publications', label: 'console.publications' },
      { measure: 'deliveries', label: 'console.deliveries' },
    ],
  },
  {
    title: 'console.chart.commands',
    unit: 'rate',
    lines: [
      { measure: 'commands', label: 'console.commands' },
      { measure: 'errors', label: 'console.errors' },
    ],
  },
  { title: 'console.chart.delivery', unit: 'ms', lines: quantiles('delivery') },
  { title: 'console.chart.append', unit: 'ms', lines: quantiles('append') },
  { title: 'console.chart.queue', unit: 'count', lines: [{ measure: 'queueLength', label: 'console.queue' }] },
  {
    title: 'console.chart.memory',
    unit: 'bytes',
    lines: [
      { measure: 'residentBytes', label: 'console.resident' },
      { measure: 'heapBytes', label: 'console.heap' },
    ],
  },
  { title: 'console.chart.lag', unit: 'ms', lines: [{ measure: 'lagMs', label: 'console.lag' }] },
  { title: 'console.chart.cpu', unit: 'share', lines: [{ measure: 'cpuShare', label: 'console.cpu' }] },
];

type Props = { readonly range: Range; readonly onRetry: () => void };

/** The state of the engine, in live charts. */
export function Overview({ range, onRetry }: Props) {
  const { t } = useTranslation();
  const { metrics } = useConsole();
  switch (metrics.kind) {
    case 'loading':
      return <LoadingOverview />;
    case 'failed':
      return <ErrorState text={t('console.failed', { reason: failureText(metrics.error, t) })} onRetry={onRetry} />;
    case 'ready':
      return (
        <>
          <ScreenHeader title={t('console.overview')} text={t('console.overviewText')}>
            <LiveSign />
            <RangePicker range={range} />
          </ScreenHeader>
          <Tiles series={metrics.series} />
          <Charts series={metrics.series} range={range} />
        </>
      );
    default:
      return metrics satisfies never;
  }
}

function Charts({ series, range }: { readonly series: Series; readonly range: Range }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {CHARTS.map(({ title, ...chart }) => (
        <ChartCard key={title} title={t(title)} {...chart} series={series} seconds={range} />
      ))}
      <DisconnectReasons series={series} seconds={range} />
    </div>
  );
}

function Tiles({ series }: { readonly series: Series }) {
  const { t, i18n } = useTranslation();
  return (
    <dl className="mb-4 grid grid-cols-3 gap-3 max-md:grid-cols-2 xl:grid-cols-6">
      {TILES.map(({ measure, label, unit }) => {
        const value = latest(series, measure) ?? 0;
        const full = formatCount(value, i18n.language);
        return (
          <div key={measure} className="rounded-2xl border border-line bg-raised px-4 py-3">
            <dt className="truncate text-sm text-muted">{t(label)}</dt>
            <dd className="text-2xl font-semibold tabular-nums" title={full}>
              {formatValue(value, unit, i18n.language)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Whether samples arrive. */
function LiveSign() {
  const { t } = useTranslation();
  const { client } = useApp();
  const { kind } = useSyncExternalStore(client.connection.subscribe, client.connection.get);
  const isLive = kind === 'connected';
  return (
    <span role="status" className="flex items-center gap-2 px-2 text-sm text-muted">
      <span
        aria-hidden
        className={`size-2 rounded-full ${isLive ? 'animate-[pulse-soft_2s_ease-in-out_infinite] bg-accent' : 'bg-faint'}`}
      />
      {isLive ? t('console.live') : t('console.waiting')}
    </span>
  );
}

function RangePicker({ range }: { readonly range: Range }) {
  const { t } = useTranslation();
  const { go } = useConsole();
  return (
    <fieldset aria-label={t('console.range')} className="flex rounded-lg bg-sunken p-1">
      {RANGES.map((seconds) => (
        <button
          key={seconds}
          type="button"
          aria-pressed={seconds === range}
          onClick={() => go({ screen: 'overview', range: seconds }, { replace: true })}
          className={`rounded-md px-3 py-1 text-sm ${seconds === range ? 'bg-raised font-medium shadow-sm' : 'text-muted hover:text-ink'}`}
        >
          {t('console.minutes', { count: seconds / 60 })}
        </button>
      ))}
    </fieldset>
  );
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd'];

function LoadingOverview() {
  return (
    <div aria-busy="true" className="grid gap-4 lg:grid-cols-2">
      {PLACEHOLDERS.map((key) => (
        <Skeleton key={key} className="h-60" />
      ))}
    </div>
  );
}
