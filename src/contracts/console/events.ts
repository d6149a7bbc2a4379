/**
 * Publications of the console: `console:metrics`, one sample per second while an owner is subscribed; no history, since
 * `console.metrics` has it. Only owners may subscribe.
 */
export const METRICS_CHANNEL = 'console:metrics';

/** Seconds of samples that the server keeps. */
export const REMEMBERED_SECONDS = 900;

/**
 * One sample per second: current gauges; rates of that second; delays of the last ten seconds in milliseconds, by
 * quantile (null: no deliveries or writes); the process.
 */
export const MEASURES = [
  'connections',
  'users',
  'channels',
  'subscriptions',
  'publications',
  'deliveries',
  'commands',
  'errors',
  'deliveryP50',
  'deliveryP95',
  'deliveryP99',
  'appendP50',
  'appendP95',
  'appendP99',
  'queueLength',
  'residentBytes',
  'heapBytes',
  'cpuShare',
  'lagMs',
] as const;
export type Measure = (typeof MEASURES)[number];

/** One value for each measure. */
export function perMeasure<Value>(of: (measure: Measure) => Value): Readonly<Record<Measure, Value>> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])) as Record<Measure, Value>;
}

export type Disconnects = { readonly reason: string; readonly count: number };

export type MetricsSample = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly measures: Readonly<Record<Measure, number | null>>;
  /** Connections the server closed in that second. */
  readonly disconnects: readonly Disconnects[];
};
