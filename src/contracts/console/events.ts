/**
 * What the console publishes: `console:metrics`, a sample a second while an owner listens; no history, since
 * `console.metrics` has that. Only owners may subscribe.
 */
export const METRICS_CHANNEL = 'console:metrics';

/** Seconds of samples that the server remembers. */
export const REMEMBERED_SECONDS = 900;

/**
 * What is measured once a second: what is open now; what was done in that second, a second; delays of the last ten
 * seconds in milliseconds, by quantile (null: nothing was delivered or written); the process.
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

/** Something for each measure. */
export function perMeasure<Value>(of: (measure: Measure) => Value): Readonly<Record<Measure, Value>> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])) as Record<Measure, Value>;
}

export type Disconnects = { readonly reason: string; readonly count: number };

export type MetricsSample = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly measures: Readonly<Record<Measure, number | null>>;
  /** Connections that the server has ended in that second. */
  readonly disconnects: readonly Disconnects[];
};
