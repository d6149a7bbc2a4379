import { useEffect, useState } from 'react';
import type { Client } from '../../../../client/client.ts';
import { METRICS_CHANNEL, type MetricsSample } from '../../../contracts/console/events.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { appended, type Series } from './metrics-state.ts';

export type MetricsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready'; readonly series: Series };

/** Metrics of the last minutes, updated every second while shown. */
export function useMetrics(): { readonly metrics: MetricsState; readonly retry: () => void } {
  const { client } = useApp();
  const [metrics, setMetrics] = useState<MetricsState>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt listens anew
  useEffect(() => listen(client, setMetrics), [client, attempt]);
  const retry = () => {
    setMetrics({ kind: 'loading' });
    setAttempt((count) => count + 1);
  };
  return { metrics, retry };
}

/** The past is loaded whenever the channel starts; samples that arrive meanwhile wait for it. */
function listen(client: Client, tell: (state: MetricsState) => void): () => void {
  let series: Series | undefined;
  let waiting: MetricsSample[] = [];
  let isOver = false;
  const take = (sample: MetricsSample) => {
    if (series === undefined) waiting.push(sample);
    else show(appended(series, sample));
  };
  const show = (next: Series) => {
    series = next;
    if (!isOver) tell({ kind: 'ready', series });
  };
  const load = async () => {
    try {
      const read = await client.call('console.metrics', {});
      show(waiting.reduce(appended, read as Series));
      waiting = [];
    } catch (error) {
      if (!isOver && series === undefined) tell({ kind: 'failed', error });
    }
  };
  const stop = client.subscribe(METRICS_CHANNEL, {
    publication: ({ data }) => take(data),
    subscribed: () => void load(),
    unsubscribed: ({ reason }) => {
      if (!isOver) tell({ kind: 'failed', error: new Error(reason) });
    },
  });
  return () => {
    isOver = true;
    stop();
  };
}
