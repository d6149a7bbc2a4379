import type { Node } from '../../core/node.ts';
import type { Output } from '../../core/operation.ts';
import type { consoleContract } from './contract.ts';
import { MEASURES, METRICS_CHANNEL, type Measure, type MetricsSample } from './events.ts';
import type { Metrics } from './metrics.ts';

/** Takes this second's sample, and tells it to those who listen, if there are any. */
export function publishSample(metrics: Metrics, node: Node, now: number): void {
  const sample = metrics.take(now);
  const subscribers = node.hub.get(METRICS_CHANNEL)?.subscriberCount ?? 0;
  if (subscribers === 0) return;
  metrics.published(subscribers);
  node.publish(METRICS_CHANNEL, JSON.stringify(sample)).catch((error) => node.report(error, 'console.metrics'));
}

/** Samples by column: a third of the size that they would have one by one. */
export function metricsAnswer(samples: readonly MetricsSample[]): Output<typeof consoleContract.metrics> {
  const columns = MEASURES.map((measure) => [measure, samples.map(({ measures }) => measures[measure])]);
  return {
    at: samples.map(({ at }) => at),
    measures: Object.fromEntries(columns) as Record<Measure, (number | null)[]>,
    disconnects: samples.flatMap(({ at, disconnects }) => disconnects.map((each) => ({ at, ...each }))),
  };
}
