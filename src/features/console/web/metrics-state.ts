import { type Measure, type MetricsSample, perMeasure, REMEMBERED_SECONDS } from '../../../contracts/console/events.ts';

/** The data of charts, oldest first. Times are in milliseconds; null: not measured. */
export type Series = {
  readonly at: readonly number[];
  readonly measures: Readonly<Record<Measure, readonly (number | null)[]>>;
  readonly disconnects: readonly { readonly at: number; readonly reason: string; readonly count: number }[];
};

/** A longer pause is shown as a gap. */
const GAP_MS = 5_000;
const REMEMBERED_MS = REMEMBERED_SECONDS * 1_000;

const NOTHING = perMeasure(() => null);

/** The series with another sample; unchanged for a sample it already contains. */
export function appended(series: Series, sample: MetricsSample): Series {
  const last = series.at.at(-1);
  if (last !== undefined && sample.at <= last) return series;
  const isGap = last !== undefined && sample.at - last > GAP_MS;
  const news = isGap ? [{ at: last + 1, measures: NOTHING, disconnects: [] }, sample] : [sample];
  const start = series.at.findIndex((at) => at > sample.at - REMEMBERED_MS);
  const from = start < 0 ? series.at.length : start;
  const column = (measure: Measure) => [
    ...series.measures[measure].slice(from),
    ...news.map(({ measures }) => measures[measure]),
  ];
  return {
    at: [...series.at.slice(from), ...news.map(({ at }) => at)],
    measures: perMeasure(column),
    disconnects: [
      ...series.disconnects.filter(({ at }) => at > sample.at - REMEMBERED_MS),
      ...sample.disconnects.map((each) => ({ at: sample.at, ...each })),
    ],
  };
}

/** The newest value; undefined before there is one. */
export function latest(series: Series, measure: Measure): number | null | undefined {
  return series.measures[measure].at(-1);
}

/** The index at which the last given number of seconds begins. */
export function startOf({ at }: Series, seconds: number): number {
  const end = at.at(-1) ?? 0;
  const start = at.findIndex((time) => time >= end - seconds * 1_000);
  return start < 0 ? at.length : start;
}

/** Disconnects in the last given number of seconds, by reason, most frequent first. */
export function disconnectsOf({ at, disconnects }: Series, seconds: number): readonly (readonly [string, number])[] {
  const since = (at.at(-1) ?? 0) - seconds * 1_000;
  const counts = new Map<string, number>();
  for (const { at: when, reason, count } of disconnects) {
    if (when > since) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts].sort(([one, most], [other, more]) => more - most || (one < other ? -1 : 1));
}
