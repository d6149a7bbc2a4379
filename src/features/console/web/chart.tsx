import 'uplot/dist/uPlot.min.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import uPlot from 'uplot';
import { formatValue, type Unit } from './numbers.ts';

export type ChartLine = { readonly label: string; readonly values: readonly (number | null)[] };

type Props = {
  /** Seconds since 1970, one for each value. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly unit: Unit;
  /** The shown range in seconds, up to the last one. */
  readonly seconds: number;
  readonly language: string;
  /** The index at the pointer, in any of the charts; null: none. */
  readonly onPoint: (index: number | null) => void;
};

const HEIGHT = 150;
/** The minimum scale of each unit, so that a low line stays at the bottom. */
const LEAST: Readonly<Record<Unit, number>> = { count: 5, rate: 5, ms: 2, bytes: 1_048_576, share: 0.1 };
/** A megabyte, two, four …: powers of two for memory. */
const MEMORY_STEPS = Array.from({ length: 20 }, (_, power) => 1_048_576 * 2 ** power);
/** One, two, five, ten …: there are no half connections. */
const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const STEPS: Partial<Record<Unit, number[]>> = { bytes: MEMORY_STEPS, count: WHOLE_STEPS, rate: WHOLE_STEPS };
/** Lines differ by more than their colour. */
export const DASHES: readonly (readonly number[])[] = [[], [8, 2], [2, 2]];

/** Live line charts on a canvas, whose values are also shown as text. */
export function Chart({ at, lines, unit, seconds, language, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const point = useEffectEvent(onPoint);
  const data = [at, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const update = useEffectEvent(() => {
    if (plot.current !== undefined) show(plot.current, { data, seconds });
  });
  const count = lines.length;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = make(element, { count, unit, language, point: (index) => point(index) });
      update();
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // The canvas cannot use the theme's CSS variables.
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.current?.destroy();
    };
  }, [count, unit, language]);
  useEffect(() => update());
  return <div ref={place} aria-hidden className="h-[150px] overflow-hidden" />;
}

function show(plot: uPlot, { data, seconds }: { readonly data: uPlot.AlignedData; readonly seconds: number }): void {
  const end = data[0].at(-1) ?? 0;
  plot.batch(() => {
    plot.setData(data, false);
    plot.setScale('x', { min: end - seconds, max: end });
  });
}

type Making = {
  readonly count: number;
  readonly unit: Unit;
  readonly language: string;
  readonly point: (index: number | null) => void;
};

function make(element: HTMLElement, { count, unit, language, point }: Making): uPlot {
  const styles = getComputedStyle(element);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = { stroke: colour('--muted'), font: `11px ${styles.fontFamily}` };
  const grid = { stroke: colour('--line'), width: 1 };
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const second = new Intl.DateTimeFormat(language, { minute: '2-digit', second: '2-digit' });
  const series = Array.from({ length: count }, (_, index) => ({
    stroke: colour(`--chart-${index + 1}`),
    width: 1.5,
    dash: [...(DASHES[index] ?? [])],
    points: { show: false },
    ...(count === 1 && { fill: `color-mix(in srgb, ${colour('--chart-1')} 12%, transparent)` }),
  }));
  return new uPlot(
    {
      width: Math.max(element.clientWidth, 50),
      height: HEIGHT,
      padding: [8, 8, 0, 0],
      series: [{}, ...series],
      legend: { show: false },
      cursor: { sync: { key: 'console' }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, auto: false },
        y: { range: (_plot, _min, max) => [0, Math.max(max, LEAST[unit]) * 1.1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          ticks: { show: false },
          size: 24,
          values: (_plot, splits, _axis, _space, step) =>
            splits.map((at) => (step < 60 ? second : clock).format(at * 1_000)),
        },
        {
          ...axis,
          grid,
          ticks: { show: false },
          size: (_plot, values) => 14 + 7 * Math.max(0, ...(values ?? []).map(({ length }) => length)),
          space: 36,
          ...(STEPS[unit] !== undefined && { incrs: STEPS[unit] }),
          values: (_plot, splits) => splits.map((value) => formatValue(value, unit, language)),
        },
      ],
      hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
    },
    [[]],
    element,
  );
}
