import { expect, test } from 'bun:test';
import { Histogram } from '../core/measures/histogram.ts';
import { counter, expose, gauge } from './exposition.ts';

test('writes counters and gauges with one line per sample, and escapes special characters', () => {
  const labelled = {
    name: 'c_total',
    help: 'two\nlines \\',
    kind: 'counter',
    samples: [{ labels: { reason: 'a "b"\n\\' }, value: 2 }],
  } as const;
  expect(expose([gauge('g', 'A gauge.', 1.5), counter('n_total', 'A count.', 3), labelled])).toBe(
    `${[
      '# HELP g A gauge.',
      '# TYPE g gauge',
      'g 1.5',
      '# HELP n_total A count.',
      '# TYPE n_total counter',
      'n_total 3',
      '# HELP c_total two\\nlines \\\\',
      '# TYPE c_total counter',
      'c_total{reason="a \\"b\\"\\n\\\\"} 2',
    ].join('\n')}\n`,
  );
});

test('writes cumulative histogram buckets, with sum and count', () => {
  const histogram = new Histogram();
  histogram.observe(0.0005);
  histogram.observe(0.03, 2);
  histogram.observe(60);
  const text = expose([{ name: 'h', help: 'Times.', kind: 'histogram', labels: { of: 'x' }, histogram }]);
  for (const line of ['h_bucket{of="x",le="0.001"} 1', 'h_bucket{of="x",le="0.05"} 3', 'h_bucket{of="x",le="10"} 3']) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toEndWith('h_bucket{of="x",le="+Inf"} 4\nh_sum{of="x"} 60.0605\nh_count{of="x"} 4\n');
});
