import { describe, expect, test } from 'bun:test';
import { type MetricsSample, perMeasure, REMEMBERED_SECONDS } from '../../../contracts/console/events.ts';
import { appended, disconnectsOf, latest, type Series, startOf } from './metrics-state.ts';

const EMPTY: Series = { at: [], measures: perMeasure<readonly number[]>(() => []), disconnects: [] };

const sample = (second: number, value = second, disconnects: MetricsSample['disconnects'] = []): MetricsSample => ({
  at: second * 1_000,
  measures: perMeasure(() => value),
  disconnects,
});

const seriesOf = (...samples: readonly MetricsSample[]) => samples.reduce(appended, EMPTY);

describe('the series of the charts', () => {
  test('contain each sample once, in order', () => {
    const series = seriesOf(sample(1), sample(2), sample(2, 9), sample(1, 9), sample(3));
    expect(series.at).toEqual([1_000, 2_000, 3_000]);
    expect(series.measures.connections).toEqual([1, 2, 3]);
    expect(latest(series, 'users')).toBe(3);
    expect(latest(EMPTY, 'users')).toBeUndefined();
  });

  test('have a gap where samples are missing', () => {
    const series = seriesOf(sample(1), sample(10));
    expect(series.at).toEqual([1_000, 1_001, 10_000]);
    expect(series.measures.commands).toEqual([1, null, 10]);
  });

  test('drop what is too old', () => {
    const samples = Array.from({ length: REMEMBERED_SECONDS + 50 }, (_, index) => sample(index + 1));
    const series = seriesOf(...samples);
    expect(series.at).toHaveLength(REMEMBERED_SECONDS);
    expect(series.at[0]).toBe(51_000);
    expect(series.measures.lagMs).toHaveLength(REMEMBERED_SECONDS);
  });

  test('begin where the shown range does', () => {
    const series = seriesOf(sample(1), sample(2), sample(3), sample(4));
    expect([startOf(series, 1), startOf(series, 60), startOf(EMPTY, 60)]).toEqual([2, 0, 0]);
  });

  test('count the reasons for disconnects, most frequent first', () => {
    const series = seriesOf(
      sample(1, 1, [{ reason: 'slow', count: 9 }]),
      sample(4, 1, [{ reason: 'stale', count: 1 }]),
      sample(5, 1, [
        { reason: 'noPong', count: 2 },
        { reason: 'stale', count: 3 },
      ]),
    );
    expect(disconnectsOf(series, 2)).toEqual([
      ['stale', 4],
      ['noPong', 2],
    ]);
    expect(disconnectsOf(series, 60)[0]).toEqual(['slow', 9]);
  });
});
