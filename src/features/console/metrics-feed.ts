import type { consoleContract } from '../../contracts/console/contract.ts';
import { METRICS_CHANNEL, type MetricsSample, perMeasure } from '../../contracts/console/events.ts';
import type { Output } from '../../contracts/operation.ts';
import type { Node } from '../../core/node/node.ts';
import type { Metrics } from './metrics.ts';

/** Takes a sample each second, and publishes it if there are subscribers. */
export function publishSample(metrics: Metrics, node: Node, now: number): void {
  const sample = metrics.take(now);
  const subscribers = node.hub.get(METRICS_CHANNEL)?.subscriberCount ?? 0;
  if (subscribers === 0) return;
  metrics.published(subscribers);
  node.publish(METRICS_CHANNEL, JSON.stringify(sample)).catch((error) => node.report(error, 'console.metrics_failed'));
}

/** Samples by column: a third of the size of a list of objects. */
export function metricsAnswer(samples: readonly MetricsSample[]): Output<typeof consoleContract.metrics> {
  return {
    at: samples.map(({ at }) => at),
    measures: perMeasure((measure) => samples.map(({ measures }) => measures[measure])),
    disconnects: samples.flatMap(({ at, disconnects }) => disconnects.map((each) => ({ at, ...each }))),
  };
}
