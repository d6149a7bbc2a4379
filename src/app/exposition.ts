import type { Histogram } from '../core/measures/histogram.ts';

export type Labels = Readonly<Record<string, string>>;
export type Sample = { readonly labels?: Labels; readonly value: number };

/** A metric with all its values, named by Prometheus' conventions: base units, counters end in `_total`. */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly kind: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | { readonly kind: 'histogram'; readonly labels?: Labels; readonly histogram: Histogram }
);

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The text format for Prometheus. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function expose(families: readonly MetricFamily[]): string {
  return families.map((family) => `${headOf(family)}${linesOf(family).join('\n')}\n`).join('');
}

/** One value without labels. */
export function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, kind: 'gauge', samples: [{ value }] };
}

/** One count without labels. */
export function counter(name: string, help: string, value: number): MetricFamily {
  return { name, help, kind: 'counter', samples: [{ value }] };
}

function headOf({ name, help, kind }: MetricFamily): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${kind}\n`;
}

function linesOf(family: MetricFamily): string[] {
  if (family.kind === 'histogram') return bucketsOf(family.name, family.labels ?? {}, family.histogram);
  return family.samples.map(({ labels = {}, value }) => line(family.name, labels, value));
}

function bucketsOf(name: string, labels: Labels, { bounds, counts, sum, count }: Histogram): string[] {
  let below = 0;
  const buckets = counts.map((inBucket, index) => {
    below += inBucket;
    return line(`${name}_bucket`, { ...labels, le: String(bounds[index] ?? '+Inf') }, below);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)];
}

function line(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${written.length === 0 ? '' : `{${written.join()}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
