import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Measure } from '../../../contracts/console/events.ts';
import { Chart } from './chart.tsx';
import { type Series, startOf } from './metrics-state.ts';
import { formatMoment, formatValue, type Unit } from './numbers.ts';

/** One line of a chart: its measure, and the text key of its name. */
export type Line = { readonly measure: Measure; readonly label: string };

export type ChartKind = { readonly title: string; readonly unit: Unit; readonly lines: readonly Line[] };

type Props = ChartKind & { readonly series: Series; readonly seconds: number };

const SWATCHES = ['border-chart-1 border-solid', 'border-chart-2 border-dashed', 'border-chart-3 border-dotted'];

/** A chart with its current values, or those at the pointer. */
export function ChartCard({ title, unit, lines, series, seconds }: Props) {
  const { t, i18n } = useTranslation();
  const [pointed, setPointed] = useState<number | null>(null);
  const start = startOf(series, seconds);
  const at = series.at.slice(start);
  const shown = lines.map(({ measure, label }) => ({ label: t(label), values: series.measures[measure].slice(start) }));
  const index = pointed ?? at.length - 1;
  const when = pointed === null ? undefined : at[pointed];
  const written = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : formatValue(value, unit, i18n.language);
  return (
    <section aria-label={title} className="min-w-0 rounded-2xl border border-line bg-raised p-4">
      <header className="mb-2 flex items-baseline justify-between gap-3">
        <h3 className="font-medium">{title}</h3>
        {when !== undefined && (
          <span className="text-xs text-muted tabular-nums">{formatMoment(when, i18n.language)}</span>
        )}
      </header>
      <dl className="mb-3 flex flex-wrap gap-x-5 gap-y-1">
        {shown.map(({ label, values }, line) => (
          <div key={label} className="flex items-center gap-2">
            <dt className="flex items-center gap-1.5 text-xs text-muted">
              <span aria-hidden className={`w-4 border-t-2 ${SWATCHES[line]}`} />
              {label}
            </dt>
            <dd className="text-sm font-semibold tabular-nums">{written(values[index])}</dd>
          </div>
        ))}
      </dl>
      <Chart
        at={at.map((ms) => ms / 1_000)}
        lines={shown}
        {...{ unit, seconds }}
        language={i18n.language}
        onPoint={setPointed}
      />
    </section>
  );
}
